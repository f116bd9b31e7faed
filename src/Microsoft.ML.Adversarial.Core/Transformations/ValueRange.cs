using System.Globalization;
using Microsoft.ML.Adversarial.Settings;

namespace Microsoft.ML.Adversarial.Transformations;

/// <summary>The values that every feature of an input may take, in the units of the feature column; written as <c>0..1</c>.</summary>
public sealed record ValueRange
{
    /// <summary>A range of values.</summary>
    /// <param name="lower">Smallest value, finite.</param>
    /// <param name="upper">Largest value, finite and above <paramref name="lower"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is not finite, or they are not in this order.</exception>
    public ValueRange(double lower, double upper)
    {
        Lower = SettingRange.Require(lower, double.IsFinite(lower), "finite", nameof(lower));
        Upper = SettingRange.Require(
            upper, double.IsFinite(upper) && upper > lower, string.Create(CultureInfo.InvariantCulture, $"finite and above {lower}"), nameof(upper));
    }

    /// <summary>From 0 to 1: pixels divided by 255.</summary>
    public static ValueRange Unit { get; } = new(0, 1);

    /// <summary>The smallest value.</summary>
    public double Lower { get; }

    /// <summary>The largest value.</summary>
    public double Upper { get; }

    /// <summary>How far apart they are.</summary>
    internal double Width => Upper - Lower;

    /// <summary>Reads a range.</summary>
    /// <param name="text">Such as <c>-1..1</c>, in invariant culture.</param>
    /// <exception cref="FormatException">The text is no range.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A value is not finite, or they are not in this order.</exception>
    public static ValueRange Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Split("..") is [var lower, var upper] && Read(lower, out var smallest) && Read(upper, out var largest)
            ? new(smallest, largest)
            : throw new FormatException($"Expected a range of values such as 0..1, got '{text}'.");

        static bool Read(string number, out double value) =>
            double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Lower}..{Upper}");
}
