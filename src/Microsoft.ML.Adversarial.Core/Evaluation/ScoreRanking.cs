namespace Microsoft.ML.Adversarial.Evaluation;

/// <summary>
/// Clean and attacked rows in the order of their scores, the most suspicious first: how many of each share a score. NaN is the most
/// suspicious of all. Everything that ranks know about a detector is counted here, in whole numbers.
/// </summary>
internal sealed class ScoreRanking
{
    private readonly float[] _scores;
    private readonly int[] _clean;
    private readonly int[] _attacked;

    private ScoreRanking(float[] scores, int[] clean, int[] attacked)
    {
        (_scores, _clean, _attacked) = (scores, clean, attacked);
        CleanCount = clean.Sum();
        AttackedCount = attacked.Sum();
    }

    public int CleanCount { get; }

    public int AttackedCount { get; }

    public static ScoreRanking Of(float[] cleanScores, float[] attackedScores)
    {
        var clean = Descending(cleanScores);
        var attacked = Descending(attackedScores);
        List<float> scores = [];
        List<int> cleanCounts = [];
        List<int> attackedCounts = [];
        for (var (i, j) = (0, 0); i < clean.Length || j < attacked.Length;)
        {
            var score = j == attacked.Length || (i < clean.Length && IsAtLeast(clean[i], attacked[j])) ? clean[i] : attacked[j];
            var (firstClean, firstAttacked) = (i, j);
            // Equals, unlike ==, holds for two NaN.
            while (i < clean.Length && clean[i].Equals(score))
            {
                i++;
            }

            while (j < attacked.Length && attacked[j].Equals(score))
            {
                j++;
            }

            scores.Add(score);
            cleanCounts.Add(i - firstClean);
            attackedCounts.Add(j - firstAttacked);
        }

        return new([.. scores], [.. cleanCounts], [.. attackedCounts]);
    }

    /// <summary>Pairs of an attacked and a clean row in which the attacked one is more suspicious, as a share of all; ties count half.</summary>
    public double AreaUnderRocCurve()
    {
        // Twice the Mann–Whitney statistic: a whole number, exact for up to 2³¹ rows of each.
        var twice = 0UL;
        long cleanBelow = CleanCount;
        for (var i = 0; i < _scores.Length; i++)
        {
            cleanBelow -= _clean[i];
            twice += (ulong)_attacked[i] * (ulong)((2 * cleanBelow) + _clean[i]);
        }

        return twice / (2.0 * CleanCount * AttackedCount);
    }

    /// <summary>The mean over attacked rows of the precision among rows at least as suspicious.</summary>
    public double AveragePrecision()
    {
        var sum = 0.0;
        var (clean, attacked) = (0L, 0L);
        for (var i = 0; i < _scores.Length; i++)
        {
            clean += _clean[i];
            attacked += _attacked[i];
            sum += _attacked[i] == 0 ? 0 : _attacked[i] * ((double)attacked / (attacked + clean));
        }

        return sum / AttackedCount;
    }

    /// <summary>
    /// The share of attacked rows among the most suspicious groups of equal scores that together hold at most this share of clean rows.
    /// </summary>
    public double TruePositiveRateAt(double falsePositiveRate)
    {
        var (clean, attacked) = (0L, 0L);
        for (var i = 0; i < _scores.Length; i++)
        {
            clean += _clean[i];
            // As a quotient: the product of rate and count may round across a whole number.
            if ((double)clean / CleanCount > falsePositiveRate)
            {
                break;
            }

            attacked += _attacked[i];
        }

        return (double)attacked / AttackedCount;
    }

    /// <summary>The shares of clean and of attacked rows that score higher than the threshold or NaN.</summary>
    public (double Clean, double Attacked) ShareAbove(float threshold)
    {
        var (clean, attacked) = (0L, 0L);
        for (var i = 0; i < _scores.Length && !(_scores[i] <= threshold); i++)
        {
            clean += _clean[i];
            attacked += _attacked[i];
        }

        return ((double)clean / CleanCount, (double)attacked / AttackedCount);
    }

    public IReadOnlyList<RocPoint> RocCurve()
    {
        var points = new List<RocPoint> { new(0, 0, _scores[0]) };
        var (clean, attacked) = (0L, 0L);
        var (lastClean, lastAttacked) = (0L, 0L);
        var (cleanStep, attackedStep) = (0L, 0L);
        for (var i = 0; i < _scores.Length; i++)
        {
            if (_clean[i] == 0 && _attacked[i] == 0)
            {
                continue;
            }

            // A step in the direction of the step before goes on where that began: the point between them is dropped.
            if (points.Count > 1 && cleanStep * _attacked[i] == attackedStep * _clean[i])
            {
                points.RemoveAt(points.Count - 1);
            }
            else
            {
                (lastClean, lastAttacked) = (clean, attacked);
            }

            clean += _clean[i];
            attacked += _attacked[i];
            (cleanStep, attackedStep) = (clean - lastClean, attacked - lastAttacked);
            points.Add(new((double)clean / CleanCount, (double)attacked / AttackedCount, Below(i)));
        }

        return points;
    }

    /// <summary>As many clean and as many attacked rows, drawn from these with replacement.</summary>
    public ScoreRanking Resample(Random random) => new(_scores, Resample(_clean, CleanCount, random), Resample(_attacked, AttackedCount, random));

    private static int[] Resample(int[] counts, int total, Random random)
    {
        var groups = new int[total];
        var row = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            groups.AsSpan(row, counts[i]).Fill(i);
            row += counts[i];
        }

        var resampled = new int[counts.Length];
        for (var draw = 0; draw < total; draw++)
        {
            resampled[groups[random.Next(total)]]++;
        }

        return resampled;
    }

    /// <summary>The highest score that a threshold after this group leaves unflagged.</summary>
    private float Below(int group) =>
        group + 1 < _scores.Length ? _scores[group + 1] : float.IsNegativeInfinity(_scores[group]) ? float.NaN : float.NegativeInfinity;

    private static bool IsAtLeast(float score, float other) => float.IsNaN(score) || score >= other;

    // Sorting puts NaN first and −score turns the rest around.
    private static float[] Descending(float[] scores)
    {
        var negated = Array.ConvertAll(scores, score => -score);
        Array.Sort(negated);
        return Array.ConvertAll(negated, score => -score);
    }
}
