using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Onnx.Operators;

/// <summary>Local response normalisation over neighbouring channels (Krizhevsky, Sutskever &amp; Hinton 2012, section 3.3).</summary>
internal static class LocalResponse
{
    public static OnnxStep LocalResponseNormalisation(OnnxNode node)
    {
        var attributes = node.Attributes;
        (var alpha, var beta, var bias) = (attributes.Number("alpha", 0.0001), attributes.Number("beta", 0.75), attributes.Number("bias", 1));
        var size = attributes.Integer("size", 0);
        if (size < 1 || node[0].Rank < 2)
        {
            throw node.Invalid($"expected a size of at least 1 and an input with channels, got a size of {size} and {node[0].Rank} axes.");
        }

        var channels = node[0].OfTwoRows.shape[1];
        var before = Math.Min((size - 1) / 2, channels - 1);
        var after = Math.Min(size / 2, channels - 1);
        return OnnxStep.Of(x =>
        {
            var squares = x.square();
            var sum = zeros_like(squares);
            for (var shift = -before; shift <= after; shift++)
            {
                // The neighbour at a distance, 0 beyond the last channel.
                var length = channels - Math.Abs(shift);
                var neighbours = squares.narrow(1, Math.Max(0, shift), length);
                long[] edges = [.. Enumerable.Repeat(0L, 2 * ((int)x.dim() - 2)), Math.Max(0, -shift), Math.Max(0, shift)];
                sum = sum + nn.functional.pad(neighbours, edges);
            }

            return x / (sum * (alpha / size) + bias).pow(beta);
        });
    }
}
