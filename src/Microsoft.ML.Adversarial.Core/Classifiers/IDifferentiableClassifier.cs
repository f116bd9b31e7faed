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
    Tensor InputGradient(Tensor inputs, Func<Tensor, Tensor> cotangent) => BackwardPass.ToLeaf(inputs, Logits, cotangent);
}
