using Microsoft.ML.Adversarial.Networks;
using SkiaSharp;

namespace Microsoft.ML.Adversarial.Pictures;

/// <summary>
/// One input, or one number per feature of it, in a <see cref="PictureGrid"/>: an image where its shape is that of one, bars otherwise.
/// </summary>
public sealed record PictureTile
{
    private readonly float[] _values;
    private readonly double _lower;
    private readonly double _upper;
    private readonly ImageLayout? _image;

    private PictureTile(float[] values, ImageLayout? image, double lower, double upper, bool isSigned) =>
        (_values, _image, _lower, _upper, IsSigned) = (values, image, lower, upper, isSigned);

    /// <summary>Lines below the tile, the first one first. Default none.</summary>
    public IReadOnlyList<PictureCaption> Captions { get; init; } = [];

    /// <summary>The colour of a frame around the tile, or null for none. Default null.</summary>
    public PictureTone? Frame { get; init; }

    /// <summary>Whether values are drawn about 0, in diverging colours on the grid's common scale.</summary>
    public bool IsSigned { get; }

    /// <summary>The largest finite absolute value.</summary>
    internal double Magnitude => _values.Where(float.IsFinite).Select(value => (double)Math.Abs(value)).DefaultIfEmpty().Max();

    /// <summary>Width and height in pixels of the picture that <see cref="Draw"/> makes at scale 1.</summary>
    internal (int Width, int Height) Size => _image is { } image ? (image.Width, image.Height) : (Math.Clamp(_values.Length, 28, 112), 28);

    /// <summary>An input.</summary>
    /// <param name="values">In row-major order.</param>
    /// <param name="shape">
    /// [height, width] or [1, height, width] (grey), with height and width above 1, or [3, height, width] (red, green, blue) for an image;
    /// another shape is drawn as bars.
    /// </param>
    /// <param name="lower">The value that is black, or a bar of no height.</param>
    /// <param name="upper">The value that is white, or a bar of full height; above <paramref name="lower"/>.</param>
    /// <exception cref="ArgumentException">There are not as many values as the shape says.</exception>
    public static PictureTile Input(ReadOnlySpan<float> values, IReadOnlyList<long> shape, double lower = 0, double upper = 1)
    {
        if (!(lower < upper && double.IsFinite(upper - lower)))
        {
            throw new ArgumentOutOfRangeException(nameof(upper), upper, $"Expected finite bounds, lower < upper, got [{lower}, {upper}].");
        }

        return new(Checked(values, shape), ImageLayout.Of(shape), lower, upper, isSigned: false);
    }

    /// <summary>A signed number per feature, such as a gradient. Colour channels are added up.</summary>
    /// <param name="values">In row-major order.</param>
    /// <param name="shape">As for an input.</param>
    /// <exception cref="ArgumentException">There are not as many values as the shape says.</exception>
    public static PictureTile Signed(ReadOnlySpan<float> values, IReadOnlyList<long> shape)
    {
        var numbers = Checked(values, shape);
        return ImageLayout.Of(shape) is { IsColour: true } image
            ? new(image.AddChannels(numbers), image with { IsColour = false }, 0, 1, isSigned: true)
            : new(numbers, ImageLayout.Of(shape), 0, 1, isSigned: true);
    }

    /// <summary>Draws the values; a signed tile in colours from −<paramref name="limit"/> to it.</summary>
    internal SKBitmap Draw(double limit)
    {
        var (width, height) = Size;
        var pixels = new SKColor[width * height];
        for (var x = 0; x < width; x++)
        {
            var mean = _image is null ? Mean(x) : 0;
            for (var y = 0; y < height; y++)
            {
                pixels[(y * width) + x] = _image is { } image ? Pixel(image, x, y, limit) : Bar(mean, y, limit);
            }
        }

        return new SKBitmap(width, height) { Pixels = pixels };
    }

    private SKColor Pixel(ImageLayout image, int x, int y, double limit)
    {
        if (IsSigned)
        {
            return DivergingColours.Of(_values[image.Index(0, x, y)] / limit);
        }

        var (red, green, blue) = (Byte(image.Index(0, x, y)), Byte(image.Index(1, x, y)), Byte(image.Index(2, x, y)));
        return new(red, green, blue);
    }

    private static float[] Checked(ReadOnlySpan<float> values, IReadOnlyList<long> shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        var size = TensorShape.ElementCount(shape);
        return size == values.Length && size > 0
            ? values.ToArray()
            : throw new ArgumentException($"Expected {size} values, at least one, for the shape [{string.Join(", ", shape)}], got {values.Length}.");
    }

    // A column of pixels shows the mean of the features that fall into it.
    private double Mean(int x)
    {
        var width = Size.Width;
        var first = (int)((long)x * _values.Length / width);
        var last = Math.Max(first + 1, (int)((long)(x + 1) * _values.Length / width));
        var mean = 0.0;
        for (var feature = first; feature < last; feature++)
        {
            mean += _values[feature] / (double)(last - first);
        }

        return mean;
    }

    private SKColor Bar(double mean, int y, double limit)
    {
        var height = Size.Height;
        var share = IsSigned ? ((mean / limit) + 1) / 2 : (mean - _lower) / (_upper - _lower);
        var top = height * (1 - Math.Clamp(double.IsNaN(share) ? 0 : share, 0, 1));
        var (from, to) = IsSigned ? (Math.Min(top, height / 2.0), Math.Max(top, height / 2.0)) : (top, height);
        var isInside = y + 0.5 >= from && y + 0.5 <= to;
        var ink = IsSigned ? DivergingColours.Of(mean < 0 ? -0.75 : 0.75) : PictureTone.Plain.Colour();
        return isInside ? ink : SKColors.White;
    }

    private byte Byte(int index)
    {
        var share = (_values[index] - _lower) / (_upper - _lower);
        return (byte)Math.Round(byte.MaxValue * Math.Clamp(double.IsNaN(share) ? 0 : share, 0, 1));
    }
}
