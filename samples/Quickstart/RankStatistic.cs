namespace Quickstart;

/// <summary>How well a score separates two groups of rows.</summary>
internal static class RankStatistic
{
    /// <summary>
    /// The area under the ROC curve: the share of all pairs of a clean and an attacked row in which the attacked one has the higher score.
    /// Ties count half. 1 separates perfectly, 0.5 is guessing, and below 0.5 the attacked rows look the less suspicious ones.
    /// </summary>
    public static double AreaUnderRoc(IReadOnlyList<float> clean, IReadOnlyList<float> attacked)
    {
        float[] ascending = [.. clean.Order()];
        double won = attacked.Sum(score => (CountBelow(ascending, score) + CountBelow(ascending, MathF.BitIncrement(score))) / 2.0);
        return won / ((double)clean.Count * attacked.Count);
    }

    private static int CountBelow(float[] ascending, float limit)
    {
        (int low, int high) = (0, ascending.Length);
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = ascending[middle] < limit ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
