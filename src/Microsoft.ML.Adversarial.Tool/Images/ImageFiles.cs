using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Tool.Images;

/// <summary>Rows of IDX files that fit a classifier, in file order.</summary>
/// <param name="ImagesPath">The images.</param>
/// <param name="LabelsPath">The labels, if there are any.</param>
/// <param name="RowCount">How many rows are worked on; the file may hold more.</param>
/// <param name="Dimensions">The size of one image as the file says it.</param>
/// <param name="Labels">The labels of these rows, from 0, or null.</param>
internal sealed record ImageFiles(string ImagesPath, string? LabelsPath, int RowCount, IReadOnlyList<int> Dimensions, long[]? Labels)
{
    public static ImageFiles Open(string imagesPath, string? labelsPath, int? rows, IClassifier classifier)
    {
        using var images = new IdxFile(imagesPath);
        var header = images.Header;
        RequireSize(imagesPath, header, classifier.InputShape);
        if (rows > header.Count || header.Count is 0 or > int.MaxValue)
        {
            throw new InvalidDataException(
                $"'{imagesPath}': expected {(rows is null ? "1 to 2147483647" : $"at least {rows}")} rows, got {header.Count}. "
                + "Ask for fewer rows or give more images.");
        }

        var count = rows ?? (int)header.Count;
        var labels = labelsPath is null ? null : ReadLabels(labelsPath, count, header.Count, classifier.ClassCount);
        return new(imagesPath, labelsPath, count, header.ItemDimensions, labels);
    }

    /// <summary>The rows in batches: the first row's number, and float32 pixels of shape [n, …shape] that the caller disposes.</summary>
    public IEnumerable<(int Start, Tensor Inputs)> Batches(int batchSize, IReadOnlyList<long> shape)
    {
        using var file = new IdxFile(ImagesPath);
        var bytes = new byte[file.Header.ItemLength];
        for (var start = 0; start < RowCount; start += batchSize)
        {
            var pixels = new float[Math.Min(batchSize, RowCount - start) * bytes.Length];
            for (var first = 0; first < pixels.Length; first += bytes.Length)
            {
                file.TryReadItem(bytes);
                for (var pixel = 0; pixel < bytes.Length; pixel++)
                {
                    pixels[first + pixel] = bytes[pixel] / 255f;
                }
            }

            yield return (start, tensor(pixels, [pixels.Length / bytes.Length, .. shape]));
        }
    }

    /// <summary>Throws unless images of this size can be inputs of this shape.</summary>
    public static void RequireSize(string path, IdxHeader header, IReadOnlyList<long> shape)
    {
        long[] size = [.. header.ItemDimensions.Select(length => (long)length)];
        var withChannel = size.Length == 2 ? [1, .. size] : size;
        var features = shape.Aggregate(1L, (product, length) => product * length);
        var fits = size.SequenceEqual(shape) || withChannel.SequenceEqual(shape)
            || ((size.Length == 1 || shape.Count == 1) && header.ItemLength == features);
        if (size.Length == 0 || !fits)
        {
            var hint = size.Length == 0 ? "Are images and labels swapped?" : "Resize the images or give the network they belong to.";
            throw new InvalidDataException(
                $"'{path}': expected images of shape [{string.Join(", ", shape)}], as the network reads, "
                + $"got [{string.Join(", ", withChannel)}]. {hint}");
        }
    }

    /// <summary>The labels of the first rows, from 0.</summary>
    public static long[] ReadLabels(string path, int count, long imageCount, int classCount)
    {
        using var file = new IdxFile(path);
        if (file.Header.ItemDimensions.Length != 0)
        {
            throw new InvalidDataException(
                $"'{path}': expected labels (1 dimension), got {1 + file.Header.ItemDimensions.Length} dimensions. "
                + "Are images and labels swapped?");
        }

        if (file.Header.Count != imageCount)
        {
            throw new InvalidDataException(
                $"Expected as many labels as images, got {imageCount} images and {file.Header.Count} labels in '{path}'. "
                + "Take both files from the same data set.");
        }

        var label = new byte[1];
        var labels = new long[count];
        for (var row = 0; row < count; row++)
        {
            file.TryReadItem(label);
            labels[row] = label[0] < classCount
                ? label[0]
                : throw new InvalidDataException(
                    $"'{path}', row {row}: expected a class from 0 to {classCount - 1}, as the network has {classCount}, got {label[0]}. "
                    + "Give the labels or the network that belong together.");
        }

        return labels;
    }
}
