using Microsoft.ML.Adversarial.Data;

namespace Microsoft.ML.Adversarial.Tool.Images;

/// <summary>Images and labels in two IDX files.</summary>
internal sealed class IdxImageSet : ImageSet
{
    private readonly string _images;
    private readonly string _labels;
    private readonly IdxHeader _header;

    private IdxImageSet(string images, string labels, IdxHeader header, int? rows) =>
        (_images, _labels, _header, RowCount) = (images, labels, header, RequireRows(images, header.Count, rows));

    public override int RowCount { get; }

    public override IReadOnlyList<string> Files => [_images, _labels];

    public static IdxImageSet Of(string images, string labels, int? rows)
    {
        using var file = new IdxFile(images);
        return new(images, labels, file.Header, rows);
    }

    public override IDataView ToView(MLContext context, ImageReader reader)
    {
        if (reader.Shape is { } shape)
        {
            ImageFiles.RequireSize(_images, _header, shape);
        }

        if (reader.ClassCount is { } count)
        {
            ImageFiles.ReadLabels(_labels, RowCount, _header.Count, count);
        }

        return context.Data.TakeRows(context.Data.LoadFromIdx(_images, _labels, reader.ClassCount), RowCount);
    }
}
