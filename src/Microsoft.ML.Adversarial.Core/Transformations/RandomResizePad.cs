using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transformations;

/// <summary>
/// Images made smaller by a random factor, with bilinear interpolation, and put somewhere into a frame of the smallest value, each image its
/// own way (Xie et al. 2018, arXiv:1711.01991, section 3). The paper enlarges images of 299 pixels to 331, for networks that take any size; here
/// they keep their size as a whole, and the default is that proportion. Linear for each draw, so that its gradient is exact; attacks should
/// average several (<see cref="Attacks.GradientSteps.GradientStepAttack.GradientSamples"/>).
/// </summary>
[TransformationName("resizepad")]
public sealed record RandomResizePad : InputTransformation
{
    private readonly double _probability = 1;
    private readonly double _smallestSize = 0.9;

    /// <summary>How likely an image is transformed, from 0 to 1. Default 1.</summary>
    public double Probability
    {
        get => _probability;
        init => _probability = InRange(value, value is >= 0 and <= 1, ">= 0 and <= 1", nameof(Probability));
    }

    /// <summary>The smallest height that an image is resized to, as a share of its own; above 0, below 1. Default 0.9.</summary>
    public double SmallestSize
    {
        get => _smallestSize;
        init => _smallestSize = InRange(value, value is > 0 and < 1, "> 0 and < 1", nameof(SmallestSize));
    }

    /// <inheritdoc/>
    public override TransformationGradient Gradient => TransformationGradient.Exact;

    /// <inheritdoc/>
    public override bool IsRandom => Probability > 0;

    /// <inheritdoc/>
    public override bool NeedsImages => true;

    private protected override Tensor Transform(Tensor inputs, RowRandom random)
    {
        using var scope = NewDisposeScope();
        var resizing = RandomResizing.Draw(inputs, Probability, SmallestSize, random);
        // The frame is zero where the lower end of the range is.
        return (resizing.Apply(inputs - Range.Lower) + Range.Lower).MoveToOuterDisposeScope();
    }
}
