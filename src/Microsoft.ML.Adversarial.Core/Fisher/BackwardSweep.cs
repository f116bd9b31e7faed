using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>Takes M cotangents of each row's logits back to the outputs of all layers.</summary>
internal static class BackwardSweep
{
    /// <param name="recording">A forward pass with a graph.</param>
    /// <param name="logits">Its logits, shape [N, C].</param>
    /// <param name="cotangents">Shape [M, N, C].</param>
    /// <returns>The cotangents of each layer's output, [N, M, …], in the order of the recording.</returns>
    public static Tensor[] Run(LayerRecording recording, Tensor logits, Tensor cotangents)
    {
        var tail = recording.Tail;
        var body = recording.Uses.SkipLast(tail.Count).ToArray();
        var results = new Tensor[recording.Uses.Count];
        var (end, deltas) = (logits, cotangents);
        for (var index = tail.Count - 1; index >= 0; index--)
        {
            using var noGrad = no_grad();
            results[body.Length + index] = deltas.transpose(0, 1);
            if (index == 0 && body.Length == 0)
            {
                return results;
            }

            end = tail[index].Input;
            deltas = deltas.matmul(((Linear)tail[index].Layer).weight!);
            if (index > 0)
            {
                deltas.mul_(recording.SlopesBefore(tail, index));
            }
        }

        BodyGradients(body, end, deltas).CopyTo(results, 0);
        return results;
    }

    private static Tensor[] BodyGradients(LayerUse[] body, Tensor end, Tensor cotangents)
    {
        var count = cotangents.shape[0];
        var outputs = Array.ConvertAll(body, use => use.Output);

        // Written where they belong as they come, the gradients of one class are gone before those of the next are made.
        var gradients = Array.ConvertAll(
            outputs, output => empty([output.shape[0], count, .. output.shape[1..]], output.dtype, output.device));
        for (var one = 0L; one < count; one++)
        {
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            var perLayer = autograd.grad([end], outputs, [cotangents.select(0, one)], retain_graph: one < count - 1, allow_unused: true);
            for (var layer = 0; layer < body.Length; layer++)
            {
                var slice = gradients[layer].select(1, one);
                _ = perLayer[layer].IsInvalid ? slice.zero_() : slice.copy_(perLayer[layer]);
            }
        }

        return gradients;
    }
}
