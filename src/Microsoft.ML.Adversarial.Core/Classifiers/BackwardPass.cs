using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Classifiers;

/// <summary>A forward pass from a leaf, and the way back to it.</summary>
internal static class BackwardPass
{
    /// <param name="leaf">A leaf that requires a gradient and whose <c>.grad</c> is empty, as it is again afterwards.</param>
    /// <param name="forward">From the leaf to logits, shape [N, classes].</param>
    /// <param name="cotangent">∂(function)/∂(logits) for detached logits; it runs without grad mode.</param>
    /// <returns>The gradient, in the shape of the leaf.</returns>
    public static Tensor ToLeaf(Tensor leaf, Func<Tensor, Tensor> forward, Func<Tensor, Tensor> cotangent)
    {
        using var scope = NewDisposeScope();
        var logits = forward(leaf);
        Tensor direction;
        using (no_grad())
        {
            direction = cotangent(logits.detach());
        }

        // backward(inputs:) instead of autograd.grad: the latter ends the process on any native error.
        autograd.backward(logits, direction, inputs: [leaf]);
        var gradient = leaf.grad
            ?? throw new InvalidOperationException("The logits do not depend on the inputs: expected a gradient, got none. Check that the classifier's forward pass does not detach its input.");
        leaf.grad = null;
        return gradient.MoveToOuterDisposeScope();
    }
}
