namespace Microsoft.ML.Adversarial.Pictures;

/// <summary>How an input's values lie in an image: [height, width] or [1, height, width], both above 1, or [3, height, width].</summary>
internal sealed record ImageLayout(int Height, int Width, bool IsColour)
{
    /// <summary>The layout of an input of this shape, or null where it is no image.</summary>
    public static ImageLayout? Of(IReadOnlyList<long> shape) => shape switch
    {
        [var height, var width] when height > 1 && width > 1 => new((int)height, (int)width, IsColour: false),
        [1, var height, var width] when height > 1 && width > 1 => new((int)height, (int)width, IsColour: false),
        [3, var height, var width] => new((int)height, (int)width, IsColour: true),
        _ => null,
    };

    /// <summary>Where a pixel's value stands; grey images have the same for each channel.</summary>
    public int Index(int channel, int x, int y) => (((IsColour ? channel * Height : 0) + y) * Width) + x;

    /// <summary>The sum of a pixel's channels, row by row.</summary>
    public float[] AddChannels(ReadOnlySpan<float> values)
    {
        var sums = new float[Height * Width];
        for (var index = 0; index < values.Length; index++)
        {
            sums[index % sums.Length] += values[index];
        }

        return sums;
    }
}
