using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Explanations;

/// <summary>
/// The mean of ∂f/∂x over inputs with normal noise (Smilkov et al. 2017, arXiv:1706.03825, section 3): what is left of a gradient when its
/// fluctuations from pixel to pixel are averaged away. A row's noise depends on the seed and its key alone.
/// </summary>
[AttributionName("smoothgrad")]
public sealed record SmoothGrad : GradientAttribution
{
    private readonly int _samples = 50;
    private readonly double _noise = 0.15;

    /// <summary>Noisy inputs per row, at least 1. Default 50.</summary>
    public int Samples
    {
        get => _samples;
        init => _samples = InRange(value, value >= 1, ">= 1", nameof(Samples));
    }

    /// <summary>Standard deviation of the noise, as a share of the row's largest less its smallest feature, at least 0. Default 0.15.</summary>
    public double Noise
    {
        get => _noise;
        init => _noise = InRange(value, value is >= 0 and < double.PositiveInfinity, ">= 0 and finite", nameof(Noise));
    }

    private protected override Tensor Attribute(OutputFunction function, Tensor inputs, RowRandom random)
    {
        using var scope = NewDisposeScope();
        var flat = inputs.flatten(1);
        long[] perRow = [-1, .. Enumerable.Repeat(1L, (int)inputs.dim() - 1)];
        var deviations = ((flat.amax(1) - flat.amin(1)) * Noise).reshape(perRow);
        var sum = zeros_like(inputs);
        for (var sample = 0; sample < Samples; sample++)
        {
            using var sampleScope = NewDisposeScope();
            sum.add_(function.Gradient(inputs + (random.Normal(inputs) * deviations)));
        }

        return (sum / Samples).MoveToOuterDisposeScope();
    }
}
