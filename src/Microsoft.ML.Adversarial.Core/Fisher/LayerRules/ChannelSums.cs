using System.Numerics;
using System.Runtime.InteropServices;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher.LayerRules;

/// <summary>Σδx̂ and Σδ over the positions of each channel, in one walk over memory instead of four.</summary>
internal static class ChannelSums
{
    /// <param name="cotangent">δ, shape [N, C, …].</param>
    /// <param name="normalised">x̂, the same shape.</param>
    /// <returns>Shape [N, 2, C], or null where the tensors don't lie in memory as this needs them.</returns>
    public static Tensor? TryTake(Tensor cotangent, Tensor normalised)
    {
        if (!PlainCells.Have(cotangent, normalised))
        {
            return null;
        }

        var (rows, channels) = ((int)cotangent.shape[0], (int)cotangent.shape[1]);
        var sums = empty([rows, 2, channels], cotangent.dtype);
        var deltas = PlainCells.Of(cotangent);
        var values = PlainCells.Of(normalised);
        var results = PlainCells.Of(sums);
        var positions = rows * channels == 0 ? 0 : deltas.Length / (rows * channels);
        for (var row = 0; row < rows; row++)
        {
            for (var channel = 0; channel < channels; channel++)
            {
                var start = ((row * channels) + channel) * positions;
                var (product, sum) = Sums(deltas.Slice(start, positions), values.Slice(start, positions));
                results[(2 * row * channels) + channel] = product;
                results[(((2 * row) + 1) * channels) + channel] = sum;
            }
        }

        return sums;
    }

    private static (float Product, float Sum) Sums(ReadOnlySpan<float> deltas, ReadOnlySpan<float> values)
    {
        var deltaVectors = MemoryMarshal.Cast<float, Vector<float>>(deltas);
        var valueVectors = MemoryMarshal.Cast<float, Vector<float>>(values);
        var (product, sum) = (Vector<float>.Zero, Vector<float>.Zero);
        var (otherProduct, otherSum) = (product, sum);
        var index = 0;
        for (; index < deltaVectors.Length - 1; index += 2)
        {
            product += deltaVectors[index] * valueVectors[index];
            sum += deltaVectors[index];
            otherProduct += deltaVectors[index + 1] * valueVectors[index + 1];
            otherSum += deltaVectors[index + 1];
        }

        var (products, all) = (Vector.Sum(product + otherProduct), Vector.Sum(sum + otherSum));
        for (var rest = index * Vector<float>.Count; rest < deltas.Length; rest++)
        {
            products += deltas[rest] * values[rest];
            all += deltas[rest];
        }

        return (products, all);
    }
}
