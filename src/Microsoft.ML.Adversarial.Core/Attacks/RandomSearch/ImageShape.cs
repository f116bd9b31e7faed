namespace Microsoft.ML.Adversarial.Attacks.RandomSearch;

/// <summary>Where the features of an input lie: an image, or anything else as one row of pixels.</summary>
internal readonly record struct ImageShape(int Channels, int Height, int Width)
{
    public int Features => Channels * Height * Width;

    public static ImageShape Of(IReadOnlyList<long> inputShape) => inputShape.Count == 3
        ? new((int)inputShape[0], (int)inputShape[1], (int)inputShape[2])
        : new(1, 1, (int)inputShape.Aggregate(1L, (product, size) => product * size));

    /// <summary>Whether there is a single row or column of pixels, where a square is a run.</summary>
    public bool IsLine => Math.Min(Height, Width) == 1;

    /// <summary>The window that covers a share of the image: a square, in a line of pixels a run.</summary>
    /// <param name="share">Share of the pixels.</param>
    /// <param name="smallest">Smallest side, where the image allows it.</param>
    /// <param name="isOdd">Whether sides must be odd, where the image allows it.</param>
    public (int Height, int Width) Window(double share, int smallest, bool isOdd)
    {
        var pixels = share * Height * Width;
        var side = Math.Max((int)Math.Round(IsLine ? pixels : Math.Sqrt(pixels)), smallest);
        side += isOdd && side % 2 == 0 ? 1 : 0;
        var largest = IsLine ? side : Math.Min(Height, Width);
        return (Math.Min(side, Math.Min(largest, Height)), Math.Min(side, Math.Min(largest, Width)));
    }

    /// <summary>Where a pixel of a channel lies in the input.</summary>
    public int Offset(int channel, int row, int column) => (((channel * Height) + row) * Width) + column;
}
