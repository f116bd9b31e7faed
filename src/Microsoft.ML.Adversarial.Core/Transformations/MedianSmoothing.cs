using Microsoft.ML.Adversarial.Detectors.Squeezers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transformations;

/// <summary>
/// Each pixel becomes the median of a square window around it, channel by channel (Xu, Evans &amp; Qi 2018, arXiv:1704.01155, section II-B).
/// Images are continued beyond their edges as in a mirror; windows of even size reach one pixel farther up and left and take the upper of the
/// two middle values, as in SciPy's filter. The gradient is exact: it goes back to the pixel that was the median.
/// </summary>
[TransformationName("median")]
public sealed record MedianSmoothing : InputTransformation
{
    private readonly int _window = 2;

    /// <summary>Side of the window in pixels, from 2 to 15. Default 2.</summary>
    public int Window
    {
        get => _window;
        init => _window = InRange(value, value is >= 2 and <= 15, "from 2 to 15", nameof(Window));
    }

    /// <inheritdoc/>
    public override TransformationGradient Gradient => TransformationGradient.Exact;

    /// <inheritdoc/>
    public override bool NeedsImages => true;

    private protected override Tensor Transform(Tensor inputs, RowRandom random)
    {
        using var scope = NewDisposeScope();
        // Not a view: that would keep the sorted windows of all pixels.
        return MedianFilter.Apply(inputs, Window).clone().MoveToOuterDisposeScope();
    }
}
