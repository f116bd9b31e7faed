using System.Globalization;

namespace Microsoft.ML.Adversarial.Attacks.Constraints;

/// <summary>Constraints as text, and back.</summary>
internal static class ConstraintText
{
    public const string Known = "none, or some of 8bit, 8bit:0-783, frozen:0-27,30, integer:4, onehot:5-9, increasing:10, decreasing:11, linear:1*3-2*10<=10 and scale:0.5*28,1*756";

    public static string Write(InputConstraints constraints)
    {
        string[] parts =
        [
            .. constraints.EightBit ? ["8bit"] : Array.Empty<string>(),
            .. Features("8bit", constraints.EightBitFeatures),
            .. Features("frozen", constraints.Frozen),
            .. Features("integer", constraints.Integer),
            .. constraints.OneHot.SelectMany(group => Features("onehot", group)),
            .. Features("increasing", constraints.Increasing),
            .. Features("decreasing", constraints.Decreasing),
            .. constraints.Linear.Select(linear => $"linear:{linear}"),
            .. constraints.EpsilonScale.Count > 0 ? ["scale:" + string.Join(',', Runs(constraints.EpsilonScale))] : Array.Empty<string>(),
        ];
        return parts.Length == 0 ? "none" : string.Join(' ', parts);
    }

    public static InputConstraints Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var constraints = new InputConstraints();
        var parts = text.ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts is ["none"])
        {
            return constraints;
        }

        foreach (var part in parts.Length == 0 ? [text] : parts)
        {
            constraints = part.Split(':', 2) switch
            {
                ["8bit"] => constraints with { EightBit = true },
                ["8bit", var features] => constraints with { EightBitFeatures = FeatureSet.Parse(features) },
                ["frozen", var features] => constraints with { Frozen = FeatureSet.Parse(features) },
                ["integer", var features] => constraints with { Integer = FeatureSet.Parse(features) },
                ["onehot", var features] => constraints with { OneHot = [.. constraints.OneHot, FeatureSet.Parse(features)] },
                ["increasing", var features] => constraints with { Increasing = FeatureSet.Parse(features) },
                ["decreasing", var features] => constraints with { Decreasing = FeatureSet.Parse(features) },
                ["linear", var linear] => constraints with { Linear = [.. constraints.Linear, LinearConstraint.Parse(linear)] },
                ["scale", var runs] => constraints with { EpsilonScale = [.. runs.Split(',').SelectMany(Repeat)] },
                _ => throw new FormatException($"Expected constraints {Known}, got '{part}'."),
            };
        }

        return constraints;
    }

    private static IEnumerable<string> Features(string name, FeatureSet features) => features.Count > 0 ? [$"{name}:{features}"] : [];

    private static IEnumerable<string> Runs(IReadOnlyList<double> values)
    {
        var start = 0;
        for (var end = 1; end <= values.Count; end++)
        {
            if (end == values.Count || !values[end].Equals(values[start]))
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"{values[start]}*{end - start}");
                start = end;
            }
        }
    }

    private static IEnumerable<double> Repeat(string run) => run.Split('*') is [var number, .. var times] && times.Length < 2
        && double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
        && int.TryParse(times.FirstOrDefault("1"), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? Enumerable.Repeat(value, count)
            : throw new FormatException($"Expected factors and how often they repeat, such as 0.5*28,1*756, got '{run}'.");
}
