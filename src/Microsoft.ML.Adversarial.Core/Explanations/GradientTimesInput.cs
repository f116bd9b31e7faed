using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Explanations;

/// <summary>
/// x ⊙ ∂f/∂x: the part of each feature in the output, were it linear (Shrikumar et al. 2016, arXiv:1605.01713). In units of the output.
/// </summary>
[AttributionName("gradient-times-input")]
public sealed record GradientTimesInput : GradientAttribution
{
    private protected override Tensor Attribute(OutputFunction function, Tensor inputs, RowRandom random)
    {
        using var scope = NewDisposeScope();
        return (function.Gradient(inputs) * inputs).MoveToOuterDisposeScope();
    }
}
