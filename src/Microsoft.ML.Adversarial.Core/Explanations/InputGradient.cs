using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Explanations;

/// <summary>
/// ∂f/∂x, f the explained output: how the output changes with each feature (Simonyan, Vedaldi &amp; Zisserman 2014, arXiv:1312.6034, section
/// 3). In units of the output per unit of the feature.
/// </summary>
[AttributionName("gradient")]
public sealed record InputGradient : GradientAttribution
{
    private protected override Tensor Attribute(OutputFunction function, Tensor inputs, RowRandom random) => function.Gradient(inputs);
}
