using SkiaSharp;

namespace Microsoft.ML.Adversarial.Pictures;

/// <summary>Colours of signed values: blue below 0, white at 0, red above; to be told apart without red and green.</summary>
public static class DivergingColours
{
    // RdBu of ColorBrewer (Brewer 2003), from its darker ends to the middle.
    private static readonly (double Red, double Green, double Blue)[] Negative = [(247, 247, 247), (146, 197, 222), (67, 147, 195), (33, 102, 172), (5, 48, 97)];
    private static readonly (double Red, double Green, double Blue)[] Positive = [(247, 247, 247), (244, 165, 130), (214, 96, 77), (178, 24, 43), (103, 0, 31)];

    /// <summary>The colour of a value.</summary>
    /// <param name="value">From −1 to 1; values outside have the colour of the nearer end, NaN that of 0.</param>
    public static SKColor Of(double value)
    {
        var stops = value < 0 ? Negative : Positive;
        var place = Math.Min(Math.Abs(double.IsNaN(value) ? 0 : value), 1) * (stops.Length - 1);
        var stop = Math.Min((int)place, stops.Length - 2);
        var (from, to, share) = (stops[stop], stops[stop + 1], place - stop);
        return new(Mix(from.Red, to.Red, share), Mix(from.Green, to.Green, share), Mix(from.Blue, to.Blue, share));
    }

    private static byte Mix(double from, double to, double share) => (byte)Math.Round(from + ((to - from) * share));
}
