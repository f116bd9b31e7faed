namespace Microsoft.ML.Adversarial.Tool.Images;

/// <summary>What reads the images: its input shape, and its classes; null for what is not known.</summary>
/// <param name="Shape">Such as [1, 28, 28].</param>
/// <param name="ClassCount">The number of its classes.</param>
/// <param name="ReadsTextLabels">Whether it makes classes of labels that are text.</param>
internal sealed record ImageReader(IReadOnlyList<long>? Shape, int? ClassCount, bool ReadsTextLabels);

/// <summary>Labelled images from files.</summary>
internal abstract class ImageSet
{
    /// <summary>How many are worked on.</summary>
    public abstract int RowCount { get; }

    /// <summary>The files that they come from.</summary>
    public abstract IReadOnlyList<string> Files { get; }

    /// <summary>The images with values in [0, 1] in a column <c>Features</c>, their classes in a column <c>Label</c>.</summary>
    /// <exception cref="InvalidDataException">The images, or their classes, are none that can be read there.</exception>
    public abstract IDataView ToView(MLContext context, ImageReader reader);

    public static ImageSet Open(string images, string? labels, int? rows) =>
        Directory.Exists(images) ? ImageFolder.Of(images, rows) : IdxImageSet.Of(images, labels!, rows);

    /// <exception cref="InvalidDataException">There are fewer, or none.</exception>
    protected static int RequireRows(string path, long count, int? rows) => rows > count || count is 0 or > int.MaxValue
        ? throw new InvalidDataException(
            $"'{path}': expected {(rows is null ? $"1 to {int.MaxValue}" : $"at least {rows}")} rows, got {count}. Ask for fewer rows or give more images.")
        : rows ?? (int)count;
}
