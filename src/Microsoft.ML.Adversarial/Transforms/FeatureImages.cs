using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Pictures;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>Rows of features, and of a number per feature, as cells of image columns: for networks whose inputs are images.</summary>
internal sealed class FeatureImages
{
    private readonly IReadOnlyList<long> _shape;
    private readonly double _lower;
    private readonly double _upper;

    private FeatureImages(IReadOnlyList<long> shape, ImageLayout layout, InputBounds bounds)
    {
        _shape = shape;
        Type = new(layout.Height, layout.Width);
        var isRange = bounds.IsUniform && double.IsFinite((double)bounds.Upper[0] - bounds.Lower[0]);
        (_lower, _upper) = isRange ? (bounds.Lower[0], bounds.Upper[0]) : (0, 1);
    }

    private delegate PictureTile Tile(ReadOnlySpan<float> values);

    /// <summary>The type of the columns.</summary>
    public ImageDataViewType Type { get; }

    /// <summary>The images of a network's inputs, or an error that says which columns cannot be.</summary>
    /// <param name="classifier">The network.</param>
    /// <param name="columns">The names of the image columns.</param>
    /// <param name="step">Who asks.</param>
    public static FeatureImages Of(IClassifier classifier, IReadOnlyList<string> columns, string step) =>
        ImageLayout.Of(classifier.InputShape) is { } layout
            ? new(classifier.InputShape, layout, classifier.Bounds)
            : throw new ArgumentException(
                $"{step}: expected a network that reads images, of shape [1, height, width], [3, height, width] or [height, width], for the image "
                + $"column{(columns.Count == 1 ? "" : "s")} {string.Join(", ", columns.Select(column => $"'{column}'"))}, got one that reads "
                + $"[{string.Join(", ", classifier.InputShape)}]. Leave image columns out, or train the network on vectors with these dimensions.");

    /// <summary>A getter of inputs as images: grey or red, green and blue, from the lower to the upper bound.</summary>
    public Delegate CreateInputGetter(Func<int> slot, RowSource rows) =>
        CreateGetter(slot, rows, values => PictureTile.Input(values, _shape, _lower, _upper));

    /// <summary>A getter of signed numbers as images: each row on the scale of its own largest absolute value, channels added up.</summary>
    public Delegate CreateSignedGetter(Func<int> slot, RowSource rows) => CreateGetter(slot, rows, values => PictureTile.Signed(values, _shape));

    // Whoever asks owns the image, and may still hold the one of the row before: each call makes a new one and disposes none.
    private static ValueGetter<MLImage> CreateGetter(Func<int> slot, RowSource rows, Tile tile) =>
        (ref MLImage value) => value = Draw(tile(rows(slot())));

    private static MLImage Draw(PictureTile tile)
    {
        using var bitmap = tile.Draw(tile.Magnitude);
        var bytes = bitmap.Pixels.SelectMany(colour => new[] { colour.Blue, colour.Green, colour.Red, byte.MaxValue }).ToArray();
        return MLImage.CreateFromPixels(bitmap.Width, bitmap.Height, MLPixelFormat.Bgra32, bytes);
    }

    /// <summary>The values of a slot.</summary>
    public delegate ReadOnlySpan<float> RowSource(int slot);
}
