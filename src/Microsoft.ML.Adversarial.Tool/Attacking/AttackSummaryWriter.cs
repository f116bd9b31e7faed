using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.Adversarial.Tool.Attacking;

/// <summary>A summary as a table for people and as JSON for programs.</summary>
internal static class AttackSummaryWriter
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public static void WriteJson(this AttackSummary summary, Stream stream) => JsonSerializer.Serialize(stream, summary, Json);

    public static void WriteTable(this AttackSummary summary, TextWriter output)
    {
        var attack = summary.Attack;
        Line("attack", Invariant($"{attack.Name}, {attack.Norm} <= {attack.Epsilon}{Settings(attack.Settings)}, seed {summary.Seed}"));
        Line("rows", Invariant($"{summary.Rows}{(summary.Cancelled ? " (cancelled)" : "")}"));
        Line("clean accuracy", Percent(summary.CleanAccuracy));
        Line("success rate", Percent(summary.SuccessRate));
        Line("  of correct rows", Percent(summary.SuccessRateOfCorrect));
        Line("robust accuracy", Percent(summary.RobustAccuracy));
        if (summary.WithoutGradient > 0)
        {
            Line("zero gradient", Invariant($"on {summary.WithoutGradient} rows: the attack cannot move these, which is not robustness"));
        }

        foreach (var (name, size) in summary.MeanSizes)
        {
            Line($"mean {name}", size is null ? "-" : Invariant($"{size:0.####}"));
        }

        Line("seconds", Invariant($"{summary.Seconds:0.00}"));

        void Line(string name, string value) => output.WriteLine($"{name,-18}{value}");
    }

    private static string Settings(IReadOnlyDictionary<string, string> settings) =>
        string.Concat(settings.Select(setting => $", {setting.Key}={setting.Value}"));

    private static string Percent(double? share) => share is null ? "-" : Invariant($"{100 * share:0.00} %");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
