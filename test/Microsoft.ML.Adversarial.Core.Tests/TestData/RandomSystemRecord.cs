using Microsoft.ML.Adversarial.Evaluation.Systems;

namespace Microsoft.ML.Adversarial.TestData;

/// <summary>Evaluations of systems as nobody measured them: every property takes values at its ends too.</summary>
internal static class RandomSystemRecord
{
    private static readonly float[] Scores =
    [
        0, -0f, 1, 0.1f, float.Epsilon, float.MaxValue, float.MinValue, float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1e-40f, 16777217,
    ];

    public static SystemRecord Of(int seed)
    {
        Random random = new(seed);
        SystemDetectorRecord[] detectors =
        [
            .. Enumerable.Range(0, random.Next(4)).Select(index => new SystemDetectorRecord(
                $"{index} {RandomRecord.Text(random)}", Score(random), random.Next(), random.Next(2) == 0 ? null : RandomRecord.Text(random))),
        ];
        SystemAttackRecord[] attacks =
        [
            .. Enumerable.Range(0, random.Next(4)).Select(index => new SystemAttackRecord(
                $"{index} {RandomRecord.Text(random)}", RandomRecord.Text(random), random.Next(2) == 0, random.Next(2) == 0,
                [.. detectors.Where(_ => random.Next(2) == 0).Select(detector => detector.Name)], new(random.NextInt64()))),
        ];
        string? half = random.Next(2) == 0 ? null : RandomRecord.Text(random);
        return new()
        {
            LibraryVersion = RandomRecord.Text(random),
            Suite = RandomRecord.Text(random),
            Norm = RandomRecord.Text(random),
            Epsilon = RandomRecord.Number(random),
            Constraints = RandomRecord.Text(random),
            Classes = [.. Enumerable.Range(0, random.Next(4)).Select(_ => RandomRecord.Text(random))],
            Seed = random.NextInt64(long.MinValue, long.MaxValue),
            BatchSize = random.Next(1, int.MaxValue),
            IsComplete = random.Next(2) == 0,
            AttacksLeftOut = [.. Enumerable.Range(0, random.Next(3)).Select(_ => RandomRecord.Text(random))],
            FalsePositiveRate = RandomRecord.Number(random),
            HalfBudgetAttack = half,
            Detectors = detectors,
            Attacks = attacks,
            Rows =
            [
                .. Enumerable.Range(0, random.Next(30)).Select(row => random.Next(5) == 0
                    ? new SystemRow(row * 3L, random.Next(-1, 9), -1, [], null, [], RandomRecord.Text(random))
                    : new SystemRow(
                        row * 3L, random.Next(9), random.Next(9), Of(random, detectors), half is null || random.Next(3) == 0 ? null : random.Next(2) == 0,
                        [.. attacks.Select(_ => new SystemOutcome(random.Next(2) == 0, random.Next(9), RandomRecord.Number(random), Of(random, detectors)))])),
            ],
        };
    }

    private static float[] Of(Random random, SystemDetectorRecord[] detectors) => [.. detectors.Select(_ => Score(random))];

    private static float Score(Random random) =>
        random.Next(3) == 0 ? BitConverter.Int32BitsToSingle(random.Next(0x7f800000)) : Scores[random.Next(Scores.Length)];
}
