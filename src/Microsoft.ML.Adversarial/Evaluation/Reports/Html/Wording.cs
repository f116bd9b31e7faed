using System.Globalization;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.Evaluation.Systems;

namespace Microsoft.ML.Adversarial.Evaluation.Reports.Html;

/// <summary>Numbers as the report writes them, whatever the language of the machine.</summary>
internal static class Wording
{
    public const string None = "–";

    // Number and unit stay on one line.
    private const char Space = '\u00A0';

    /// <summary>A share as per cent; nothing but 0 is 0 % and nothing but 1 is 100 %.</summary>
    public static string Percent(double share)
    {
        if (double.IsNaN(share))
        {
            return None;
        }

        return share is > 0 and < 0.0005 ? $"<{Space}0.1{Space}%"
            : share is < 1 and >= 0.9995 ? $">{Space}99.9{Space}%"
            : Invariant($"{100 * share:0.0}{Space}%");
    }

    public static string Percent(Share share) => Percent(share.Value);

    /// <summary>Such as <c>95 %: 1.4–3.4 %</c>.</summary>
    public static string Interval(ConfidenceInterval interval, double confidence) =>
        Invariant($"{100 * confidence:0.##}{Space}%: {Range(interval)}");

    public static string Range(ConfidenceInterval interval) => Invariant($"{100 * interval.Lower:0.0}–{100 * interval.Upper:0.0}{Space}%");

    /// <summary>A share with its interval in small print.</summary>
    public static object[] Share(Share share) => share.Total == 0
        ? [None]
        : [Percent(share), " ", new System.Xml.Linq.XElement("small", Range(share.Interval))];

    /// <summary>Four digits that count.</summary>
    public static string Number(double value) => double.IsNaN(value) ? None
        : double.IsInfinity(value) ? (value > 0 ? "∞" : "−∞")
        : value.ToString("G4", CultureInfo.InvariantCulture).Replace('-', '−');

    /// <summary>An area under a curve, from 0 to 1.</summary>
    public static string Area(double area) => Invariant($"{area:0.000}");

    public static string Area(ConfidenceInterval interval) => Invariant($"{interval.Lower:0.000}–{interval.Upper:0.000}");

    /// <summary>Such as <c>Linf ≤ 0.1</c>.</summary>
    public static string Threat(EvaluationRecord record) => Threat(record.Norm, record.Epsilon, record.Constraints);

    public static string Threat(SystemRecord record) => Threat(record.Norm, record.Epsilon, record.Constraints);

    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    public static string Duration(TimeSpan time) => time.TotalSeconds < 60 ? Invariant($"{time.TotalSeconds:0.0}{Space}s")
        : time.TotalHours < 1 ? Invariant($"{time.Minutes}{Space}min {time.Seconds}{Space}s")
        : Invariant($"{(long)time.TotalHours}{Space}h {time.Minutes}{Space}min");

    /// <summary>A number for a drawing.</summary>
    public static string Place(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>Such as <c>WhiteBoxWeaker</c> as <c>white box weaker</c>.</summary>
    public static string Words(Enum name) => string.Concat($"{name}".Select(
        (letter, place) => char.IsUpper(letter) && place > 0 ? $" {char.ToLowerInvariant(letter)}" : $"{letter}"));

    public static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Threat(string norm, double epsilon, string constraints) =>
        Invariant($"{norm}{Space}≤{Space}{epsilon:G6}") + (constraints is "none" or "" ? "" : $", {constraints}");
}
