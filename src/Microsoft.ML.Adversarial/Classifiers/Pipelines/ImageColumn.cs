using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Classifiers.Pipelines;

/// <summary>
/// A column of images of one size: a feature per colour and pixel, all of red, then green, then blue, each row by row and from 0 to 1. Images have 8
/// bits, so that features are rounded to whole 255ths on their way to the chain. Transparent pixels count as drawn on black, as chains see them.
/// </summary>
internal sealed class ImageColumn : InputColumn
{
    private const int ColourCount = 3;
    private const int BytesPerPixel = 4;

    private static readonly string[] ColourNames = ["red", "green", "blue"];

    private readonly int _height;
    private readonly int _width;
    private readonly MLPixelFormat _format;
    private readonly bool _isFrozen;

    private ImageColumn(DataViewSchema.Column column, int first, (int Height, int Width, MLPixelFormat Format) images, bool isFrozen)
        : base(column, first, ColourCount * images.Height * images.Width) =>
        (_height, _width, _format, _isFrozen) = (images.Height, images.Width, images.Format, isFrozen);

    public override IReadOnlyList<long> Shape => [ColourCount, _height, _width];

    public override IEnumerable<PipelineFeature> Features => Enumerable.Range(0, Length).Select(slot => new PipelineFeature(
        Column.Name, slot, $"{Column.Name}.{ColourNames[slot / (_height * _width)]}[{slot / _width % _height}, {slot % _width}]",
        _isFrozen ? PipelineFeatureKind.Frozen : PipelineFeatureKind.Pixel));

    /// <summary>The column, whose images are of the size and the pixel format of the first.</summary>
    public static ImageColumn Of(DataViewSchema.Column column, int first, IDataView data, bool isFrozen)
    {
        using var cursor = data.GetRowCursor([column]);
        if (!cursor.MoveNext())
        {
            throw new ArgumentException($"Column '{column.Name}': expected rows to see the size of the images in, got none.");
        }

        MLImage? image = null;
        cursor.GetGetter<MLImage>(column)(ref image!);
        image = Required(image, column.Name, cursor.Position);
        return new(column, first, (image.Height, image.Width, image.PixelFormat), isFrozen);
    }

    public override Action<Span<float>> CreateReader(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<MLImage>(column);
        MLImage? image = null;
        return features =>
        {
            // Steps that make an image for every row end the one of the row before; images in memory are their owner's.
            getter(ref image!);
            Read(Required(image, Column.Name, row.Position), features.Slice(First, Length), row.Position);
        };
    }

    public override Delegate CreateGetter(FeatureRows rows)
    {
        var pixels = new byte[BytesPerPixel * _height * _width];
        pixels.AsSpan().Fill(byte.MaxValue);
        return (ValueGetter<MLImage>)((ref MLImage value) =>
        {
            Write(rows.Current.Slice(First, Length), pixels);
            value = rows.Give(MLImage.CreateFromPixels(_width, _height, _format, pixels));
        });
    }

    private static MLImage Required(MLImage? image, string columnName, long position) => image ?? throw new InvalidOperationException(
        $"Row {position}, column '{columnName}': expected an image, got none; drop this row.");

    private static int PlaceOf(int colour, MLPixelFormat format) => format == MLPixelFormat.Rgba32 ? colour : ColourCount - 1 - colour;

    private void Read(MLImage image, Span<float> features, long position)
    {
        if (image.Height != _height || image.Width != _width)
        {
            throw new InvalidOperationException(
                $"Row {position}, column '{Column.Name}': expected an image of {_height} x {_width} pixels, as in the rows that the classifier was made with, got {image.Height} x {image.Width}. Apply ResizeImages to the data first, and attack the rest of the chain.");
        }

        var pixels = image.Pixels;
        for (var colour = 0; colour < ColourCount; colour++)
        {
            var place = PlaceOf(colour, image.PixelFormat);
            var plane = features.Slice(colour * _height * _width, _height * _width);
            for (var pixel = 0; pixel < plane.Length; pixel++)
            {
                plane[pixel] = pixels[(BytesPerPixel * pixel) + place] / 255f;
            }
        }
    }

    private void Write(ReadOnlySpan<float> features, byte[] pixels)
    {
        for (var colour = 0; colour < ColourCount; colour++)
        {
            var place = PlaceOf(colour, _format);
            var plane = features.Slice(colour * _height * _width, _height * _width);
            for (var pixel = 0; pixel < plane.Length; pixel++)
            {
                pixels[(BytesPerPixel * pixel) + place] = (byte)Math.Clamp(MathF.Round(plane[pixel] * 255), 0, 255);
            }
        }
    }
}
