using System.Globalization;

namespace Microsoft.ML.Adversarial.Evaluation.Robustness;

/// <summary>One of the things that an evaluation depends on, as text, so that evaluations can be told apart.</summary>
/// <param name="Name">What errors call it.</param>
/// <param name="Of">Reads it off a record.</param>
internal sealed record RecordedSetting(string Name, Func<EvaluationRecord, string> Of)
{
    public static RecordedSetting LibraryVersion { get; } = new("library version", record => record.LibraryVersion);

    public static RecordedSetting Model { get; } = new("model", record => record.ModelFingerprint ?? "not named");

    public static RecordedSetting Data { get; } = new("data", record => record.DataFingerprint ?? "not named");

    public static RecordedSetting Suite { get; } = new("suite", record => record.Suite);

    public static RecordedSetting Norm { get; } = new("norm", record => record.Norm);

    public static RecordedSetting Epsilon { get; } = new("epsilon", record => record.Epsilon.ToString(CultureInfo.InvariantCulture));

    public static RecordedSetting Constraints { get; } = new("constraints", record => record.Constraints);

    public static RecordedSetting Classes { get; } = new("classes", record => string.Join(", ", record.Classes));

    public static RecordedSetting Attacks { get; } = new(
        "attacks", record => string.Join("; ", record.Attacks.Select(attack => string.Join(" + ", attack.Stages.Prepend($"{attack.Name}: {attack.Settings}")))));

    public static RecordedSetting AttacksLeftOut { get; } = new("attacks left out", record => string.Join(", ", record.AttacksLeftOut));

    public static RecordedSetting Seed { get; } = new("seed", record => record.Seed.ToString(CultureInfo.InvariantCulture));

    public static RecordedSetting BatchSize { get; } = new("batch size", record => record.BatchSize.ToString(CultureInfo.InvariantCulture));

    public static RecordedSetting RowCount { get; } = new("number of rows", record => record.RowCount.ToString(CultureInfo.InvariantCulture));

    public static RecordedSetting ShardCount { get; } = new("number of parts", record => record.ShardCount.ToString(CultureInfo.InvariantCulture));

    /// <summary>What two records have here: <c>epsilon, 0.1 and 0.3</c>.</summary>
    public string Difference(EvaluationRecord first, EvaluationRecord second) => $"{Name}, '{Of(first)}' and '{Of(second)}'";
}
