using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>The gradient of rows' scores, chunk by chunk.</summary>
internal static class ScoreGradients
{
    /// <param name="inputs">Shape [N, …].</param>
    /// <param name="rowsAtOnce">How many rows' graphs are held together.</param>
    /// <param name="score">From a leaf of [M, …] to scores of [M] with a graph.</param>
    public static Tensor Of(Tensor inputs, long rowsAtOnce, Func<Tensor, Tensor> score)
    {
        using var mode = inference_mode(false);
        using var scope = NewDisposeScope();
        using var grad = enable_grad();
        var gradients = new List<Tensor>();
        for (var start = 0L; start < inputs.shape[0]; start += rowsAtOnce)
        {
            using var chunk = NewDisposeScope();
            var leaf = inputs.narrow(0, start, Math.Min(rowsAtOnce, inputs.shape[0] - start)).detach().clone().requires_grad_();

            // backward(inputs:) instead of autograd.grad: the latter ends the process on any native error.
            autograd.backward(score(leaf).sum(), inputs: [leaf]);
            gradients.Add((leaf.grad ?? zeros_like(leaf)).detach().MoveToOuterDisposeScope());
        }

        return gradients.Count == 0 ? zeros_like(inputs).MoveToOuterDisposeScope() : cat(gradients, 0).MoveToOuterDisposeScope();
    }
}
