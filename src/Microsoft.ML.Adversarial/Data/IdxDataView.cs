using System.Globalization;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Data;

/// <summary>
/// Images and labels in two IDX files as the columns <c>Features</c> (bytes scaled to [0, 1]) and <c>Label</c> (a key whose values
/// are the class numbers as text). Each cursor streams the files anew, and only those whose column is active.
/// </summary>
internal sealed class IdxDataView : IDataView
{
    internal const string FeaturesColumnName = "Features";
    internal const string LabelColumnName = "Label";

    private readonly long _rowCount;

    public IdxDataView(string imagesPath, string labelsPath, int? classCount)
    {
        ImagesPath = imagesPath;
        LabelsPath = labelsPath;
        using var images = new IdxFile(imagesPath);
        using var labels = new IdxFile(labelsPath);
        CheckHeaders(images.Header, labels.Header);

        _rowCount = images.Header.Count;
        ClassCount = classCount ?? CountClasses(labels);
        Schema = CreateSchema(images.Header.ItemDimensions, ClassCount);
    }

    public string ImagesPath { get; }

    public string LabelsPath { get; }

    public int ClassCount { get; }

    public bool CanShuffle => false;

    public DataViewSchema Schema { get; }

    public long? GetRowCount() => _rowCount;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        HashSet<string> names = [.. columnsNeeded.Select(column => column.Name)];
        return new IdxCursor(this, names.Contains(FeaturesColumnName), names.Contains(LabelColumnName));
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private void CheckHeaders(IdxHeader images, IdxHeader labels)
    {
        if (images.ItemDimensions.Length == 0)
        {
            throw new InvalidDataException(
                $"'{ImagesPath}': expected images (2 to 4 dimensions), got 1 dimension; are the two paths swapped?");
        }
        if (labels.ItemDimensions.Length != 0)
        {
            throw new InvalidDataException(
                $"'{LabelsPath}': expected labels (1 dimension), got {1 + labels.ItemDimensions.Length} dimensions; "
                + "are the two paths swapped?");
        }
        if (images.Count != labels.Count)
        {
            throw new InvalidDataException(
                $"Expected as many labels as images, got {images.Count} images in '{ImagesPath}' and {labels.Count} labels in "
                + $"'{LabelsPath}'; take both files from the same data set.");
        }
    }

    private int CountClasses(IdxFile labels)
    {
        Span<byte> label = stackalloc byte[1];
        var count = 0;
        while (labels.TryReadItem(label))
            count = Math.Max(count, label[0] + 1);
        return count > 0
            ? count
            : throw new InvalidDataException($"'{LabelsPath}': expected at least one label, got none; pass the number of classes.");
    }

    private static DataViewSchema CreateSchema(int[] itemDimensions, int classCount)
    {
        var dimensions = itemDimensions is [var rows, var columns] ? [1, rows, columns] : itemDimensions;
        ReadOnlyMemory<char>[] names =
            [.. Enumerable.Range(0, classCount).Select(i => i.ToString(CultureInfo.InvariantCulture).AsMemory())];
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.Add(
            "KeyValues",
            new VectorDataViewType(TextDataViewType.Instance, classCount),
            (ref VBuffer<ReadOnlyMemory<char>> value) =>
            {
                var editor = VBufferEditor.Create(ref value, names.Length);
                names.CopyTo(editor.Values);
                value = editor.Commit();
            });

        var builder = new DataViewSchema.Builder();
        builder.AddColumn(FeaturesColumnName, new VectorDataViewType(NumberDataViewType.Single, dimensions));
        builder.AddColumn(LabelColumnName, new KeyDataViewType(typeof(uint), classCount), annotations.ToAnnotations());
        return builder.ToSchema();
    }
}
