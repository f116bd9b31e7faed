using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transformations;

/// <summary>
/// Each feature becomes a column of bits that is filled up to its value (Buckman et al. 2018, "Thermometer encoding: one hot way to resist
/// adversarial examples", ICLR): bit k of l is 1 where x &gt; k/l, for k from 1 to l, x being the value's place in the range. This is the form of
/// Athalye, Carlini &amp; Wagner 2018 (arXiv:1802.00420, section 5), the complement of the original's. Shape [N, d, …] becomes
/// [N, d·l, …], the bits of a channel (or feature) one after another. A network must be trained on it.
/// </summary>
/// <remarks>
/// The gradient is that of the ramps min(max(x − k/l + ½, 0), 1). Athalye, Carlini and Wagner take the ramps that begin at k/l, which give a
/// value at the lower end no gradient at all; these are the same ramps moved so that a threshold counts from either side.
/// </remarks>
[TransformationName("thermometer")]
public sealed record ThermometerEncoding : InputTransformation
{
    private readonly int _levels = 16;

    /// <summary>Bits per feature, from 2 to 256. Default 16.</summary>
    public int Levels
    {
        get => _levels;
        init => _levels = InRange(value, value is >= 2 and <= 256, ">= 2 and <= 256", nameof(Levels));
    }

    /// <inheritdoc/>
    public override TransformationGradient Gradient => TransformationGradient.Surrogate;

    internal override bool KeepsShape => false;

    private protected override IReadOnlyList<long> Transformed(IReadOnlyList<long> inputShape) =>
        [inputShape[0] * Levels, .. inputShape.Skip(1)];

    private protected override Tensor Transform(Tensor inputs, RowRandom random)
    {
        using var scope = NewDisposeScope();
        return Excess(inputs).greater(0).to(inputs.dtype).flatten(1, 2).MoveToOuterDisposeScope();
    }

    private protected override Tensor Surrogate(Tensor inputs)
    {
        using var scope = NewDisposeScope();
        return (Excess(inputs) + 0.5).clamp(0, 1).flatten(1, 2).MoveToOuterDisposeScope();
    }

    // By how much a value exceeds each threshold, shape [N, d, l, …].
    private Tensor Excess(Tensor inputs)
    {
        var thresholds = arange(1, Levels + 1, inputs.dtype, inputs.device) / Levels;
        return ((inputs - Range.Lower) / Range.Width).unsqueeze(2) - thresholds.reshape([Levels, .. Enumerable.Repeat(1L, (int)inputs.dim() - 2)]);
    }
}
