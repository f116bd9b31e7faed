using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Classifiers;

/// <summary>
/// A classifier whose logits are differentiable in its inputs: what a white-box attack needs.
/// When grad mode is on and the inputs require a gradient, <see cref="IClassifier.Logits"/> returns a tensor that carries the graph back
/// to them. It may be called from several threads at once.
/// </summary>
public interface IDifferentiableClassifier : IClassifier
{
    /// <summary>The gradient of a scalar function of the logits with respect to the inputs, row by row.</summary>
    /// <param name="inputs">Shape [N, …]; a leaf that requires a gradient and whose <c>.grad</c> is empty, as it is again afterwards.</param>
    /// <param name="cotangent">Gives ∂(function)/∂(logits), shape [N, classes], for detached logits; it runs without grad mode.</param>
    /// <returns>The gradient, in the shape of <paramref name="inputs"/>.</returns>
    Tensor InputGradient(Tensor inputs, Func<Tensor, Tensor> cotangent)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        var logits = Logits(inputs);
        Tensor direction;
        using (no_grad())
        {
            direction = cotangent(logits.detach());
        }

        // backward(inputs:) instead of autograd.grad: the latter ends the process on any native error.
        autograd.backward(logits, direction, inputs: [inputs]);
        var gradient = inputs.grad
            ?? throw new InvalidOperationException("The logits do not depend on the inputs: expected a gradient, got none. Check that the classifier's forward pass does not detach its input.");
        inputs.grad = null;
        return gradient.MoveToOuterDisposeScope();
    }
}
