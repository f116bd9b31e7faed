using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>Takes M cotangents of each row's logits back to the outputs of all layers.</summary>
internal static class BackwardSweep
{
    /// <param name="recording">A forward pass with a graph.</param>
    /// <param name="logits">Its logits, shape [N, C].</param>
    /// <param name="cotangents">Shape [M, N, C].</param>
    /// <param name="keep">For a layer, what to keep of each cotangent of its output.</param>
    /// <returns>What was kept of each layer, [N, M, …], in the order of the recording.</returns>
    public static Tensor[] Run(LayerRecording recording, Tensor logits, Tensor cotangents, Func<LayerUse, Func<Tensor, Tensor>> keep)
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

        BodyGradients(body, end, deltas, keep).CopyTo(results, 0);
        return results;
    }

    private static Tensor[] BodyGradients(LayerUse[] body, Tensor end, Tensor cotangents, Func<LayerUse, Func<Tensor, Tensor>> keep)
    {
        using var noGrad = no_grad();
        var count = cotangents.shape[0];
        var outputs = Array.ConvertAll(body, use => use.Output);
        var kept = Array.ConvertAll(body, use => keep(use));
        var results = new Tensor[body.Length];
        for (var one = 0L; one < count; one++)
        {
            using var scope = NewDisposeScope();
            var perLayer = autograd.grad([end], outputs, [cotangents.select(0, one)], retain_graph: one < count - 1, allow_unused: true);
            for (var layer = 0; layer < body.Length; layer++)
            {
                var result = kept[layer](perLayer[layer].IsInvalid ? zeros_like(outputs[layer]) : perLayer[layer]);

                // Written where it belongs as it comes, what is of one class is gone before that of the next is made.
                results[layer] ??= empty([result.shape[0], count, .. result.shape[1..]], result.dtype, result.device).MoveToOuterDisposeScope();
                results[layer].select(1, one).copy_(result);
            }
        }

        return results;
    }
}
