using SkiaSharp;

namespace Microsoft.ML.Adversarial.Pictures;

/// <summary>What a caption or a frame says by its colour.</summary>
public enum PictureTone
{
    /// <summary>Nothing: dark ink.</summary>
    Plain,

    /// <summary>Less important: grey.</summary>
    Faint,

    /// <summary>Right: green.</summary>
    Right,

    /// <summary>Wrong: red.</summary>
    Wrong,

    /// <summary>Flagged: orange.</summary>
    Flagged,
}

/// <summary>The colours of tones.</summary>
internal static class PictureTones
{
    public static SKColor Colour(this PictureTone tone) => tone switch
    {
        PictureTone.Faint => new(0x6A, 0x70, 0x7C),
        PictureTone.Right => new(0x1B, 0x7F, 0x4B),
        PictureTone.Wrong => new(0xC6, 0x28, 0x28),
        PictureTone.Flagged => new(0xF5, 0x9E, 0x0B),
        _ => new(0x22, 0x26, 0x2E),
    };
}
