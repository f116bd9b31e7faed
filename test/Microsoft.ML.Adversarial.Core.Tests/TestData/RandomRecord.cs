using Microsoft.ML.Adversarial.Attacks.Cascades;
using Microsoft.ML.Adversarial.Evaluation.Diagnostics;
using Microsoft.ML.Adversarial.Evaluation.Robustness;

namespace Microsoft.ML.Adversarial.TestData;

/// <summary>Evaluations as nobody measured them: every property takes values at its ends too.</summary>
internal static class RandomRecord
{
    private static readonly double[] Numbers =
    [
        0, -0.0, 1, 0.1, (double)0.1f, Math.PI, double.Epsilon, double.MaxValue, double.MinValue, double.NaN, double.PositiveInfinity, double.NegativeInfinity,
        1e-300, 123456789012345680, 5e-324,
    ];

    private static readonly string[] Texts = ["", "pgd Linf 0.1", "\"quoted\" \\ / \n\t", "naïve ≤ ∞ 🐫", "<script>alert(1)</script>"];

    public static EvaluationRecord Of(int seed)
    {
        Random random = new(seed);
        AttackRecord[] attacks = [.. Enumerable.Range(0, random.Next(4)).Select(index => Attack(random, index))];
        long[] rows = [.. Enumerable.Range(0, random.Next(30)).Select(row => row * 3L)];
        return new()
        {
            LibraryVersion = Text(random),
            ModelFingerprint = random.Next(2) == 0 ? null : Text(random),
            DataFingerprint = random.Next(2) == 0 ? null : Text(random),
            Suite = Text(random),
            Norm = Text(random),
            Epsilon = Number(random),
            Constraints = Text(random),
            Classes = [.. Enumerable.Range(0, random.Next(4)).Select(_ => Text(random))],
            Seed = random.NextInt64(long.MinValue, long.MaxValue),
            BatchSize = random.Next(1, int.MaxValue),
            RowCount = random.NextInt64(1000, long.MaxValue),
            ShardCount = 4,
            Shards = [.. Enumerable.Range(0, 4).Where(_ => random.Next(2) == 0)],
            IsComplete = random.Next(2) == 0,
            Attacks = attacks,
            AttacksLeftOut = [.. Enumerable.Range(0, random.Next(3)).Select(_ => Text(random))],
            Warnings = (RobustnessWarnings)random.Next(64),
            Probes = [.. Enum.GetValues<DiagnosticKind>().Where(_ => random.Next(2) == 0).Select(kind => new Diagnostic(
                kind, (DiagnosticOutcome)random.Next(3), random.Next(2) == 0 ? null : Number(random), Text(random)))],
            ProbedCurve = random.Next(2) == 0
                ? null
                : new(Text(random), random.Next(), [.. Enumerable.Range(0, random.Next(5)).Select(_ => new SecurityPoint(Number(random), random.Next(), Number(random)))]),
            Rows = [.. rows.Select(row => random.Next(5) == 0
                ? new EvaluatedRow(row, Text(random), random.Next(-1, 9), -1, [], Text(random))
                : new EvaluatedRow(row, Text(random), random.Next(9), random.Next(9), [.. attacks.Select(attack => Outcome(random, attack))]))],
        };
    }

    private static AttackRecord Attack(Random random, int index)
    {
        int stages = random.Next(3);
        return new(
            $"{index} {Text(random)}", Text(random), random.Next(2) == 0, random.Next(2) == 0, [.. Enumerable.Range(0, stages).Select(_ => Text(random))],
            [.. Enumerable.Range(0, stages).Select(_ => random.Next(2) == 0)], random.Next(2) == 0 ? null : random.NextInt64(),
            random.Next(3) switch { 0 => TimeSpan.MaxValue, 1 => TimeSpan.MinValue, _ => new(random.NextInt64()) });
    }

    // Half of the attacks have the size of a norm of their own, as most have.
    private static RowOutcome Outcome(Random random, AttackRecord attack)
    {
        PerturbationSizes sizes = new(Number(random), Number(random), Number(random), Number(random));
        return new(
            random.Next(2) == 0, random.Next(9), attack.IsMinimumNorm ? sizes.L2 : Number(random), sizes,
            attack.Stages.Count == 0 || random.Next(2) == 0 ? null : random.Next(attack.Stages.Count),
            attack.IsBlackBox ? null : random.Next(3) switch { 0 => null, 1 => false, _ => true });
    }

    public static double Number(Random random) => random.Next(3) == 0
        ? BitConverter.Int64BitsToDouble(random.NextInt64(0x7fe0000000000000))
        : Numbers[random.Next(Numbers.Length)];

    public static string Text(Random random) => Texts[random.Next(Texts.Length)];
}
