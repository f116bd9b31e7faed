using Microsoft.ML.Adversarial.Settings;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training.Sharpness;

/// <summary>
/// Adversarial weight perturbation, AWP (Wu et al. 2020, arXiv:2004.05884, equation 10): every weight matrix moves along its gradient by γ
/// times its own length; biases and the like stay. Meant for adversarial training, where it is the loss at adversarial inputs that rises.
/// </summary>
public sealed record AdversarialWeightPerturbation : WeightPerturbation
{
    private readonly double _size = 0.01;

    /// <summary>γ, above 0, relative to the length of each weight matrix. Default 0.01.</summary>
    public double Size
    {
        get => _size;
        init => _size = SettingRange.Require(value, value is > 0 and < double.PositiveInfinity, "> 0 and finite", nameof(Size));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor> Displacements(IReadOnlyList<Tensor> weights, IReadOnlyList<Tensor> gradients)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(gradients);
        return [.. weights.Zip(gradients, Displacement)];
    }

    private Tensor Displacement(Tensor weight, Tensor gradient)
    {
        var length = weight.dim() > 1 ? Length([gradient]) : 0;
        return gradient * (length > 0 ? Size * Length([weight]) / length : 0);
    }
}
