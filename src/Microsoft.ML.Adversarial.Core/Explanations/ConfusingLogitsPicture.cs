using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Pictures;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Explanations;

/// <summary>
/// The picture of confusing logits, a line per input: the input, the gradients of its two largest logits, and the input moved along each, with
/// what the classifier makes of it.
/// </summary>
public sealed record ConfusingLogitsPicture
{
    private static readonly string[] Columns = ["input", "gradient of z1", "gradient of z2", "towards class 1", "towards class 2"];

    /// <summary>Written above all. Default <c>Confusing logits</c>.</summary>
    public string Title { get; init; } = "Confusing logits";

    /// <summary>What the classes are called, one name each; null for their numbers from 0. Default null.</summary>
    public IReadOnlyList<string>? ClassNames { get; init; }

    /// <summary>Lays the picture out.</summary>
    /// <param name="classifier">The classifier, in evaluation mode.</param>
    /// <param name="inputs">Shape [N, …], those that the result is about.</param>
    /// <param name="result">What <see cref="ConfusingLogits"/> found in them.</param>
    /// <param name="labels">Shape [N], Int64, 0-based; null where they are not known.</param>
    /// <exception cref="ArgumentException">There are not as many names as classes.</exception>
    public PictureGrid Draw(IClassifier classifier, Tensor inputs, ConfusingLogitsResult result, Tensor? labels = null)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(result);
        if (ClassNames is { } names && names.Count != classifier.ClassCount)
        {
            throw new ArgumentException($"Expected {classifier.ClassCount} class names, one per class, got {names.Count}.");
        }

        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (first, second) = (Numbers(result.First), Numbers(result.Second));
        var (towardsFirst, towardsSecond) = (Read(classifier, result.TowardsFirst), Read(classifier, result.TowardsSecond));
        var known = labels is null ? null : Numbers(labels);
        var shape = classifier.InputShape;
        return new PictureGrid
        {
            Title = Title,
            Headings = Columns,
            SignedName = "gradient, per unit of the input",
            Rows =
            [
                .. Enumerable.Range(0, first.Length).Select(row => (IReadOnlyList<PictureTile?>)
                [
                    Input(inputs, row) with { Captions = [.. LabelCaption(known, row, first), Logits(result, row, first, second)] },
                    PictureTile.Signed(Values(result.FirstGradient, row), shape) with { Captions = [new($"∂z({Name(first[row])})/∂x")] },
                    PictureTile.Signed(Values(result.SecondGradient, row), shape) with { Captions = [new($"∂z({Name(second[row])})/∂x")] },
                    Moved(result.TowardsFirst, row, first, towardsFirst),
                    Moved(result.TowardsSecond, row, second, towardsSecond),
                ]),
            ],
        };

        PictureTile Input(Tensor rows, int row)
        {
            var bounds = classifier.Bounds;
            return bounds.IsUniform && float.IsFinite(bounds.Lower[0]) && float.IsFinite(bounds.Upper[0])
                ? PictureTile.Input(Values(rows, row), shape, bounds.Lower[0], bounds.Upper[0])
                : PictureTile.Input(Values(rows, row), shape);
        }

        PictureTile Moved(Tensor rows, int row, long[] classes, long[] predictions) => Input(rows, row) with
        {
            Captions = [new($"towards {Name(classes[row])}"), new($"reads {Name(predictions[row])}", PictureTone.Faint)],
        };
    }

    private IEnumerable<PictureCaption> LabelCaption(long[]? labels, int row, long[] predictions)
    {
        if (labels is not null)
        {
            yield return new($"label {Name(labels[row])}", labels[row] == predictions[row] ? PictureTone.Right : PictureTone.Wrong);
        }
    }

    private PictureCaption Logits(ConfusingLogitsResult result, int row, long[] first, long[] second)
    {
        var (larger, smaller) = (result.Logits[row, first[row]], result.Logits[row, second[row]]);
        return new(string.Create(
            CultureInfo.InvariantCulture,
            $"z({Name(first[row])})={Number(larger):F1} z({Name(second[row])})={Number(smaller):F1}"));
    }

    private string Name(long index) => ClassNames?[(int)index] ?? index.ToString(CultureInfo.InvariantCulture);

    private static double Number(Tensor value) => value.to(ScalarType.Float64).item<double>();

    private static long[] Read(IClassifier classifier, Tensor inputs) =>
        Numbers(classifier.Logits(inputs.reshape([inputs.shape[0], .. classifier.InputShape])).argmax(1));

    private static long[] Numbers(Tensor classes) => classes.cpu().contiguous().data<long>().ToArray();

    private static ReadOnlySpan<float> Values(Tensor rows, int row) =>
        MemoryMarshal.Cast<byte, float>(rows[row].detach().to(ScalarType.Float32).cpu().contiguous().bytes);
}
