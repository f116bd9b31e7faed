using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Pictures;

/// <summary>
/// The picture of an attack on images, a line per input: the input, what the attack made of it, and the difference of both, with what the
/// classifier makes of them. Differences share one scale, up to the largest of them, and colour channels of differences are added up.
/// Images larger than <see cref="LargestSide"/> are shrunk by a whole number: to the means of their pixels, and of differences to the
/// largest.
/// </summary>
public sealed record AttackPicture
{
    private const int LongestName = 14;

    /// <summary>Height and width up to which images keep their pixels: larger ones would make reports large.</summary>
    public const int LargestSide = 64;

    /// <summary>Written above all. Default empty.</summary>
    public string Title { get; init; } = "";

    /// <summary>What the classes are called, one name each; null for their numbers from 0. Default null.</summary>
    public IReadOnlyList<string>? ClassNames { get; init; }

    /// <summary>
    /// Whether a classifier reads images: [height, width] or [1, height, width] (grey), both above 1, or [3, height, width] (colour).
    /// </summary>
    /// <param name="classifier">The classifier.</param>
    public static bool CanDraw(IClassifier classifier)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        return ImageLayout.Of(classifier.InputShape) is not null;
    }

    /// <summary>Lays the picture out.</summary>
    /// <param name="classifier">The classifier, which reads images, in evaluation mode.</param>
    /// <param name="inputs">Shape [N, …], those that were attacked.</param>
    /// <param name="result">What the attack made of them.</param>
    /// <param name="labels">True classes from 0, shape [N], Int64.</param>
    /// <param name="norm">What sizes are measured in, such as <c>Linf</c>.</param>
    /// <exception cref="ArgumentException">The classifier reads no images, or there are not as many names as classes.</exception>
    public PictureGrid Draw(IClassifier classifier, Tensor inputs, AttackResult result, Tensor labels, string norm)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(labels);
        RequireImages(classifier);
        if (ClassNames is { } names && names.Count != classifier.ClassCount)
        {
            throw new ArgumentException($"Expected {classifier.ClassCount} class names, one per class, got {names.Count}.");
        }

        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (classes, before) = (Numbers(labels), Numbers(classifier.Logits(inputs).argmax(1)));
        var (after, sizes) = (Numbers(result.Predictions), result.Size.to(ScalarType.Float64).cpu().data<double>().ToArray());
        var (images, attacked) = (Images(inputs, classifier), Images(result.Inputs, classifier));
        var (shrunk, shrunkAttacked) = (Means(images), Means(attacked));
        var differences = Largest((attacked - images).sum(1, keepdim: true));
        return new PictureGrid
        {
            Title = Title,
            Headings = ["input", "adversarial", "difference"],
            SignedName = "change of a pixel",
            Rows =
            [
                .. Enumerable.Range(0, classes.Length).Select(row => (IReadOnlyList<PictureTile?>)
                [
                    Image(shrunk, row, classifier.Bounds) with
                    {
                        Captions = [new($"is {Name(classes[row])}", PictureTone.Faint), Reads(before, row)],
                    },
                    Image(shrunkAttacked, row, classifier.Bounds) with { Captions = [new(""), Reads(after, row)] },
                    PictureTile.Signed(Values(differences, row), differences.shape[1..]) with
                    {
                        Captions = [new($"{norm} {Size(sizes[row])}", PictureTone.Faint)],
                    },
                ]),
            ],
        };

        PictureCaption Reads(long[] predictions, int row) =>
            new($"reads {Name(predictions[row])}", predictions[row] == classes[row] ? PictureTone.Right : PictureTone.Wrong);
    }

    /// <summary>Throws for what reads no images.</summary>
    internal static void RequireImages(IClassifier classifier)
    {
        if (!CanDraw(classifier))
        {
            throw new ArgumentException(
                "Expected a network that reads images, of shape [height, width] or [1, height, width] (grey) or [3, height, width] "
                + $"(colour), got one that reads [{string.Join(", ", classifier.InputShape)}]. Give the feature column these dimensions, or draw "
                + "inputs otherwise.",
                nameof(classifier));
        }
    }

    // [N, C, H, W]
    private static Tensor Images(Tensor rows, IClassifier classifier)
    {
        var shape = classifier.InputShape;
        return rows.detach().to(ScalarType.Float32).cpu().reshape([rows.shape[0], .. shape.Count == 2 ? [1, .. shape] : shape]);
    }

    private static long Factor(Tensor images) => (Math.Max(images.shape[2], images.shape[3]) + LargestSide - 1) / LargestSide;

    // Blocks at the right and the lower edge may be smaller.
    private static Tensor Means(Tensor images) => Factor(images) is > 1 and var factor
        ? nn.functional.avg_pool2d(images, factor, factor, ceil_mode: true, count_include_pad: false)
        : images;

    private static Tensor Largest(Tensor differences)
    {
        if (Factor(differences) is not (> 1 and var factor))
        {
            return differences;
        }

        var (highest, lowest) = (Highest(differences), -Highest(-differences));
        return where(highest.abs() >= lowest.abs(), highest, lowest);

        Tensor Highest(Tensor values) => nn.functional.max_pool2d(values, factor, factor, ceil_mode: true);
    }

    private static PictureTile Image(Tensor images, int row, InputBounds bounds)
    {
        var shape = images.shape[1..];
        return bounds.IsUniform && float.IsFinite(bounds.Lower[0]) && float.IsFinite(bounds.Upper[0])
            ? PictureTile.Input(Values(images, row), shape, bounds.Lower[0], bounds.Upper[0])
            : PictureTile.Input(Values(images, row), shape);
    }

    private string Name(long index)
    {
        var name = ClassNames?[(int)index] ?? index.ToString(CultureInfo.InvariantCulture);
        return name.Length <= LongestName ? name : $"{name[..(LongestName - 1)]}…";
    }

    private static string Size(double size) => size.ToString("G3", CultureInfo.InvariantCulture);

    private static long[] Numbers(Tensor classes) => classes.cpu().contiguous().data<long>().ToArray();

    private static ReadOnlySpan<float> Values(Tensor rows, int row) => MemoryMarshal.Cast<byte, float>(rows[row].contiguous().bytes);
}
