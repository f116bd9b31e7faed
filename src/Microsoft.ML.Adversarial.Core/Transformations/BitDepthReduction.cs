using Microsoft.ML.Adversarial.Detectors.Squeezers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transformations;

/// <summary>
/// Fewer values per feature: each becomes the nearest of 2^bits values that lie evenly over the range (Xu, Evans &amp; Qi 2018,
/// arXiv:1704.01155, section II-A). Works on inputs of any shape; values outside the range go to its ends. Attacks go straight through.
/// </summary>
[TransformationName("bitdepth")]
public sealed record BitDepthReduction : InputTransformation
{
    private readonly int _bits = 4;

    /// <summary>Bits per feature, from 1 to 16. Default 4.</summary>
    public int Bits
    {
        get => _bits;
        init => _bits = InRange(value, value is >= 1 and <= 16, ">= 1 and <= 16", nameof(Bits));
    }

    /// <inheritdoc/>
    public override TransformationGradient Gradient => TransformationGradient.StraightThrough;

    private protected override Tensor Transform(Tensor inputs, RowRandom random)
    {
        using var scope = NewDisposeScope();
        return FromUnit(BitDepth.Reduce(ToUnit(inputs), Bits)).MoveToOuterDisposeScope();
    }
}
