using Microsoft.ML.Adversarial.Evaluation.Reports.Html;

namespace Microsoft.ML.Adversarial.Evaluation.Reports.Charts;

/// <summary>An axis of a chart.</summary>
/// <param name="Label">What it measures, and in which unit.</param>
/// <param name="Lower">Its lower end; positive on a logarithmic axis.</param>
/// <param name="Upper">Its upper end, above the lower.</param>
internal sealed record ChartAxis(string Label, double Lower, double Upper)
{
    private const int MostTicks = 6;

    public bool IsLogarithmic { get; init; }

    /// <summary>Whether values are shares, written as per cent.</summary>
    public bool IsShare { get; init; }

    /// <summary>Where a value lies: 0 at the lower end, 1 at the upper; values beyond are at the ends.</summary>
    public double Position(double value)
    {
        var place = IsLogarithmic
            ? (Math.Log10(Math.Max(value, Lower)) - Math.Log10(Lower)) / (Math.Log10(Upper) - Math.Log10(Lower))
            : (value - Lower) / (Upper - Lower);
        return Math.Clamp(place, 0, 1);
    }

    public IEnumerable<(double Position, string Text)> Ticks() =>
        (IsLogarithmic ? Decades() : Steps()).Select(value => (Position(value), Text(value)));

    private string Text(double value) =>
        IsShare ? Wording.Invariant($"{Math.Round(100 * value, 6):0.######}\u00A0%") : Wording.Number(value);

    // 1, 2 or 5 times a power of ten.
    private IEnumerable<double> Steps()
    {
        var rough = (Upper - Lower) / (MostTicks - 1);
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = power * (rough <= power ? 1 : rough <= 2 * power ? 2 : rough <= 5 * power ? 5 : 10);
        for (var multiple = Math.Ceiling((Lower / step) - 1e-9); multiple * step <= Upper + (1e-9 * step); multiple++)
        {
            // Adding zero turns −0, which the rounding above can give, into 0.
            yield return (Math.Round(multiple * step / power, 6) * power) + 0.0;
        }
    }

    private IEnumerable<double> Decades()
    {
        var (first, last) = ((int)Math.Ceiling(Math.Log10(Lower) - 1e-9), (int)Math.Floor(Math.Log10(Upper) + 1e-9));
        var every = Math.Max(1, (last - first + MostTicks - 1) / MostTicks);
        for (var power = first; power <= last; power += every)
        {
            yield return Math.Pow(10, power);
        }
    }
}
