using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transformations;

/// <summary>Two classes in float64, the first logit linear in what it sees: its gradient through a transformation is that of the transformation.</summary>
/// <param name="weights">Shape of one input.</param>
internal sealed class LinearProbe(Tensor weights) : IDifferentiableClassifier
{
    public Tensor Weights => weights;

    public IReadOnlyList<long> InputShape => weights.shape;

    public int ClassCount => 2;

    public InputBounds Bounds => InputBounds.Unbounded;

    public ScalarType ElementType => ScalarType.Float64;

    public Device Device => CPU;

    public Tensor Logits(Tensor inputs)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        Tensor first = (inputs * weights).flatten(1).sum(1);
        return stack([first, zeros_like(first)], 1).MoveToOuterDisposeScope();
    }

    /// <summary>The gradient of the first logits' sum.</summary>
    public static Tensor Gradient(IDifferentiableClassifier classifier, Tensor inputs)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        return classifier
            .InputGradient(inputs.detach().clone().requires_grad_(), logits => tensor(new double[] { 1, 0 }).expand_as(logits).clone())
            .MoveToOuterDisposeScope();
    }
}
