namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>Scores of three detectors that depend on each other, as those of one network do; ties in the last.</summary>
internal static class DependentScores
{
    public static float[][] Create(int count, Random random)
    {
        var rows = Enumerable.Range(0, count).Select(_ => Row(random)).ToArray();
        return [.. Enumerable.Range(0, 3).Select(detector => rows.Select(row => row[detector]).ToArray())];
    }

    public static float[] At(this float[][] scores, int row) => [.. scores.Select(detector => detector[row])];

    public static float[][] At(this float[][] scores, IReadOnlyList<int> rows) =>
        [.. scores.Select(detector => rows.Select(row => detector[row]).ToArray())];

    private static float[] Row(Random random)
    {
        var common = random.NextDouble();
        return [(float)common, (float)(common + (0.3 * random.NextDouble())), (float)Math.Round(20 * (random.NextDouble() - common))];
    }
}
