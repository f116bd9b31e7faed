using Microsoft.ML.Adversarial.Settings;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training.Sharpness;

/// <summary>
/// Sharpness-aware minimisation, SAM (Foret et al. 2021, arXiv:2010.01412, equation 2): the displacement ρ·g/‖g‖, over all weights
/// together.
/// </summary>
public sealed record SharpnessAwareMinimization : WeightPerturbation
{
    private readonly double _radius = 0.05;

    /// <summary>ρ, above 0. Default 0.05.</summary>
    public double Radius
    {
        get => _radius;
        init => _radius = SettingRange.Require(value, value is > 0 and < double.PositiveInfinity, "> 0 and finite", nameof(Radius));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor> Displacements(IReadOnlyList<Tensor> weights, IReadOnlyList<Tensor> gradients)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        var length = Length(gradients);
        return [.. gradients.Select(gradient => gradient * (length > 0 ? Radius / length : 0))];
    }
}
