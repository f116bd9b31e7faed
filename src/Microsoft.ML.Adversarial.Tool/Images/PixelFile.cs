using SkiaSharp;

namespace Microsoft.ML.Adversarial.Tool.Images;

/// <summary>An image file, such as PNG or JPEG, as values in [0, 1], channel by channel: one channel is grey, three are red, green and blue.</summary>
internal static class PixelFile
{
    /// <summary>Channels, height and width for an input shape: its own, or for a flat or unknown one those of an image.</summary>
    public static (int Channels, int Height, int Width) SizeFor(IReadOnlyList<long>? shape, string example)
    {
        if (shape is [1 or 3, _, _])
        {
            return ((int)shape[0], (int)shape[1], (int)shape[2]);
        }

        using var image = Decode(example);
        var (height, width) = (image.Height, image.Width);
        return shape switch
        {
            [var rows, var columns] => (1, (int)rows, (int)columns),
            [var count] when count == height * width => (1, height, width),
            [var count] when count == 3 * height * width => (3, height, width),
            null => (image.ColorType == SKColorType.Gray8 ? 1 : 3, height, width),
            _ => throw new InvalidDataException(
                $"'{example}': expected an image for inputs of shape [{string.Join(", ", shape)}], got one of {height} x {width} pixels. "
                + "Grey images have 1 channel, colour images 3."),
        };
    }

    /// <summary>Throws unless an image is of a size, which its first bytes say.</summary>
    /// <exception cref="InvalidDataException">The file is no image, or of another size.</exception>
    public static void RequireSize(string path, int height, int width)
    {
        using var file = SKCodec.Create(path) ?? throw Undecodable(path);
        if (file.Info.Height != height || file.Info.Width != width)
        {
            throw new InvalidDataException(
                $"'{path}': expected an image of {height} x {width} pixels, as the model reads, got {file.Info.Height} x {file.Info.Width}. "
                + "Resize the images first.");
        }
    }

    /// <summary>The values of an image, channel by channel.</summary>
    /// <exception cref="InvalidDataException">The file is no image.</exception>
    public static float[] Read(string path, int channels)
    {
        using var image = Decode(path);
        var pixels = image.Pixels;
        var values = new float[channels * pixels.Length];
        for (var place = 0; place < pixels.Length; place++)
        {
            var (red, green, blue) = (pixels[place].Red, pixels[place].Green, pixels[place].Blue);
            if (channels == 1)
            {
                values[place] = Grey(red, green, blue) / 255f;
                continue;
            }

            (values[place], values[pixels.Length + place], values[(2 * pixels.Length) + place]) = (red / 255f, green / 255f, blue / 255f);
        }

        return values;
    }

    // Luma of ITU-R BT.601, of which grey keeps its own byte.
    private static byte Grey(byte red, byte green, byte blue) =>
        red == green && green == blue ? red : (byte)Math.Round((0.299 * red) + (0.587 * green) + (0.114 * blue));

    private static SKBitmap Decode(string path) => SKBitmap.Decode(path) ?? throw Undecodable(path);

    private static InvalidDataException Undecodable(string path) =>
        new($"'{path}': expected an image such as PNG or JPEG, got a file that cannot be decoded.");
}
