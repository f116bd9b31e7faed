using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Detectors.Squeezers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>
/// Feature squeezing (Xu et al. 2018, arXiv:1704.01155): how far the predicted probabilities move when the input is squeezed, the largest
/// ‖softmax(x) − softmax(squeezed x)‖₁ over the squeezers, from 0 to 2. Bit depth works on all inputs, the median filter and non-local
/// means on images [channels, height, width]. Values are mapped to [0, 1] by the classifier's bounds, which must be finite, and back; a
/// feature whose bounds are equal stays at them, one outside its bounds is squeezed as it is.
/// </summary>
/// <remarks>
/// The defaults are the paper's best joint detectors (section V-B): 1 bit and a 2×2 median for one channel (MNIST), 5 bits, a 2×2 median
/// and non-local means 11-3-4 for more (CIFAR-10), whose strength of 4 is in units of 1/255 of the range. Inputs that are no images get
/// 5 bits. Non-local means take all channels together in their own colours, where the paper's implementation converts them first.
/// </remarks>
[DetectorName("squeezing")]
public sealed record FeatureSqueezing : StatelessDetector
{
    private const int Off = 0;

    private readonly int? _bits;
    private readonly int _medianWindow = 2;
    private readonly double? _nonLocalStrength;
    private readonly int _nonLocalSearch = 11;
    private readonly int _nonLocalPatch = 3;

    /// <summary>
    /// Bits per feature, from 1 to 16, or 0 for no such squeezer; null for 1 on images of one channel and 5 elsewhere. Default null.
    /// </summary>
    public int? Bits
    {
        get => _bits;
        init => _bits = InRange(value, value is null or (>= 0 and <= 16), ">= 0 and <= 16", nameof(Bits));
    }

    /// <summary>Side of the median filter's window in pixels, from 2 to 15, or 0 for no such squeezer. Default 2. Images only.</summary>
    public int MedianWindow
    {
        get => _medianWindow;
        init => _medianWindow = InRange(value, value is Off or (>= 2 and <= 15), "0 or from 2 to 15", nameof(MedianWindow));
    }

    /// <summary>
    /// Strength h of non-local means, above 0, as a share of the range of values, or 0 for no such squeezer; null for 4/255 on images of
    /// several channels and none elsewhere. Default null. Images only.
    /// </summary>
    public double? NonLocalStrength
    {
        get => _nonLocalStrength;
        init => _nonLocalStrength = InRange(
            value, value is null or (>= 0 and < double.PositiveInfinity), ">= 0 and finite", nameof(NonLocalStrength));
    }

    /// <summary>Side of the search window of non-local means in pixels, odd, from 3 to 51. Default 11.</summary>
    public int NonLocalSearch
    {
        get => _nonLocalSearch;
        init => _nonLocalSearch = InRange(value, value is >= 3 and <= 51 && value % 2 == 1, "odd, from 3 to 51", nameof(NonLocalSearch));
    }

    /// <summary>Side of the patches that non-local means compare, in pixels, odd, from 1 to 25. Default 3.</summary>
    public int NonLocalPatch
    {
        get => _nonLocalPatch;
        init => _nonLocalPatch = InRange(value, value is >= 1 and <= 25 && value % 2 == 1, "odd, from 1 to 25", nameof(NonLocalPatch));
    }

    /// <inheritdoc/>
    protected override void RequireFit(NetworkClassifier classifier)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        if (!classifier.Bounds.Lower.Concat(classifier.Bounds.Upper).All(float.IsFinite))
        {
            throw new ArgumentException(
                $"{nameof(FeatureSqueezing)} needs finite input bounds to know the range of values, got {classifier.Bounds}. Give the classifier the bounds of its inputs.");
        }

        if (!Squeezers(classifier).Any())
        {
            throw new ArgumentException(
                $"{nameof(FeatureSqueezing)} has no squeezer for inputs of shape [{string.Join(", ", classifier.InputShape)}]: the median filter and non-local means need images [channels, height, width]. Leave {nameof(Bits)} at null.");
        }
    }

    /// <inheritdoc/>
    protected override Tensor Score(NetworkClassifier classifier, Tensor inputs)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(inputs);
        var shaped = inputs.reshape([inputs.shape[0], .. classifier.InputShape]);
        var (lower, upper) = classifier.Bounds.ToTensors(shaped);
        var range = upper - lower;
        var frozen = range.eq(0);
        var unit = (shaped - lower) / range.masked_fill(frozen, 1);
        var logits = classifier.Logits(inputs);
        var distances = Squeezers(classifier).Select(squeeze =>
        {
            using var scope = NewDisposeScope();
            var squeezed = where(frozen, shaped, (squeeze(unit) * range) + lower);
            return Distance(logits, classifier.Logits(squeezed)).MoveToOuterDisposeScope();
        });
        return stack([.. distances], 1).amax([1]);
    }

    private IEnumerable<Func<Tensor, Tensor>> Squeezers(NetworkClassifier classifier)
    {
        var isImage = classifier.InputShape.Count == 3;
        var channels = isImage ? classifier.InputShape[0] : 0;
        if ((Bits ?? (channels == 1 ? 1 : 5)) is var bits and > Off)
        {
            yield return values => BitDepth.Reduce(values, bits);
        }

        if (isImage && MedianWindow > Off)
        {
            yield return values => MedianFilter.Apply(values, MedianWindow);
        }

        if (isImage && (NonLocalStrength ?? (channels > 1 ? 4.0 / 255 : 0)) is var strength and > 0)
        {
            yield return values => NonLocalMeans.Apply(values, NonLocalSearch, NonLocalPatch, strength);
        }
    }

    // Σ|p_k − p′_k|, the predicted class's share from the sum of the others: no digit is lost where both give it a probability that
    // rounds to 1.
    private static Tensor Distance(Tensor logits, Tensor squeezed)
    {
        var predicted = logits.argmax(1, keepdim: true);
        var difference = (logits.to(ScalarType.Float64).softmax(1) - squeezed.to(ScalarType.Float64).softmax(1))
            .scatter(1, predicted, zeros_like(predicted, ScalarType.Float64));
        return difference.abs().sum(1) + difference.sum(1).abs();
    }
}
