using Microsoft.ML.Adversarial.Settings;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training.Sharpness;

/// <summary>
/// Fisher-SAM (Kim et al. 2022, arXiv:2206.04920, equation 9): the ball is that of the Fisher metric rather than of Euclid's, so that the
/// displacement is γ·F⁻¹g/√(gᵀF⁻¹g). F is the paper's diagonal estimate, the squared gradient of the batch, and F⁻¹ = 1/(1 + η·g²).
/// </summary>
public sealed record FisherSharpnessAwareMinimization : WeightPerturbation
{
    private readonly double _radius = 0.1;
    private readonly double _eta = 1;

    /// <summary>γ, above 0. Default 0.1.</summary>
    public double Radius
    {
        get => _radius;
        init => _radius = SettingRange.Require(value, value is > 0 and < double.PositiveInfinity, "> 0 and finite", nameof(Radius));
    }

    /// <summary>η, at least 0: how much the Fisher information counts; 0 is SAM. Default 1.</summary>
    public double Eta
    {
        get => _eta;
        init => _eta = SettingRange.Require(value, value is >= 0 and < double.PositiveInfinity, ">= 0 and finite", nameof(Eta));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor> Displacements(IReadOnlyList<Tensor> weights, IReadOnlyList<Tensor> gradients)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        using var scope = NewDisposeScope();
        Tensor[] natural = [.. gradients.Select(gradient => gradient / gradient.square().mul_(Eta).add_(1))];
        var product = gradients.Zip(natural, (gradient, other) => (gradient * other).sum(type: ScalarType.Float64).item<double>()).Sum();
        var factor = product > 0 ? Radius / Math.Sqrt(product) : 0;
        return [.. natural.Select(direction => direction.mul_(factor).MoveToOuterDisposeScope())];
    }
}
