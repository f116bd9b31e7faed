using Microsoft.ML.Adversarial.Pictures;

namespace Microsoft.ML.Adversarial.Evaluation.Reports;

/// <summary>A picture in a report.</summary>
public sealed record ReportedPicture
{
    private static readonly byte[] Signature = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>A picture from a PNG file.</summary>
    /// <param name="png">The content of the file, which the report holds.</param>
    /// <param name="caption">What it shows: read out to those who cannot see it.</param>
    /// <exception cref="ArgumentException">This is no PNG.</exception>
    public ReportedPicture(byte[] png, string caption)
    {
        ArgumentNullException.ThrowIfNull(png);
        ArgumentNullException.ThrowIfNull(caption);
        if (!png.AsSpan().StartsWith(Signature))
        {
            throw new ArgumentException("Expected the content of a PNG file, got other bytes.", nameof(png));
        }

        (Png, Caption) = (png.ToArray(), caption);
    }

    /// <summary>A grid of tiles.</summary>
    /// <param name="grid">The grid.</param>
    /// <param name="caption">What it shows: read out to those who cannot see it.</param>
    public ReportedPicture(PictureGrid grid, string caption)
        : this((grid ?? throw new ArgumentNullException(nameof(grid))).ToPng(), caption)
    {
    }

    /// <summary>The content of the PNG file.</summary>
    public ReadOnlyMemory<byte> Png { get; }

    /// <summary>What it shows.</summary>
    public string Caption { get; }
}
