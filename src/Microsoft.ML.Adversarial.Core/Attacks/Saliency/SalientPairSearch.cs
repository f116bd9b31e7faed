namespace Microsoft.ML.Adversarial.Attacks.Saliency;

/// <summary>
/// The exact search for the pair of features (p, q) with the largest (g_p + g_q)·(l_p + l_q) of which both factors are above 0, without
/// going through all pairs. Both factors grow with both features, so a feature matters only if fewer than two others are at least as good in
/// gain and in loss: one of those could take its place in any pair. Few are left of that, and it is asked only of features that could beat a
/// pair which a glance finds.
/// </summary>
/// <param name="features">Number of features.</param>
internal sealed class SalientPairSearch(int features)
{
    private readonly double[] _order = new double[features];
    private readonly int[] _candidates = new int[features];

    /// <summary>The best pair; its saliency is 0 where no pair has both factors above 0.</summary>
    /// <param name="gains">g: what moving a feature adds to the target.</param>
    /// <param name="losses">l: what moving a feature takes from the other classes.</param>
    /// <param name="free">Which features may move.</param>
    public SalientPair Best(ReadOnlySpan<double> gains, ReadOnlySpan<double> losses, ReadOnlySpan<bool> free)
    {
        var top = Tops(gains, losses, free);
        var best = BestWith(Probe(gains, losses, free, top), gains, losses, free);
        var count = KeepPromising(gains, losses, free, top, best.Saliency);
        count = KeepUndominated(count, losses);
        for (var first = 1; first < count; first++)
        {
            for (var second = 0; second < first; second++)
            {
                best = Better(best, _candidates[first], _candidates[second], gains, losses);
            }
        }

        return best;
    }

    private static (double Gain, double Loss) Tops(ReadOnlySpan<double> gains, ReadOnlySpan<double> losses, ReadOnlySpan<bool> free)
    {
        var (gain, loss) = (double.NegativeInfinity, double.NegativeInfinity);
        for (var feature = 0; feature < gains.Length; feature++)
        {
            if (free[feature])
            {
                (gain, loss) = (double.MaxNumber(gain, gains[feature]), double.MaxNumber(loss, losses[feature]));
            }
        }

        return (gain, loss);
    }

    // The feature whose pair with the best of all would be the best.
    private static int Probe(ReadOnlySpan<double> gains, ReadOnlySpan<double> losses, ReadOnlySpan<bool> free, (double Gain, double Loss) top)
    {
        var (probe, highest) = (0, 0.0);
        for (var feature = 0; feature < gains.Length; feature++)
        {
            if (free[feature] && Product(gains[feature] + top.Gain, losses[feature] + top.Loss) is var limit && limit > highest)
            {
                (probe, highest) = (feature, limit);
            }
        }

        return probe;
    }

    private static SalientPair BestWith(int probe, ReadOnlySpan<double> gains, ReadOnlySpan<double> losses, ReadOnlySpan<bool> free)
    {
        var best = default(SalientPair);
        for (var feature = 0; feature < gains.Length && free[probe]; feature++)
        {
            if (free[feature] && feature != probe)
            {
                best = Better(best, probe, feature, gains, losses);
            }
        }

        return best;
    }

    private int KeepPromising(
        ReadOnlySpan<double> gains, ReadOnlySpan<double> losses, ReadOnlySpan<bool> free, (double Gain, double Loss) top, double least)
    {
        var count = 0;
        for (var feature = 0; feature < gains.Length; feature++)
        {
            if (free[feature] && Product(gains[feature] + top.Gain, losses[feature] + top.Loss) > least)
            {
                (_order[count], _candidates[count]) = (-gains[feature], feature);
                count++;
            }
        }

        return count;
    }

    // In the order of falling gains a feature is dominated by those before it that lose no less: kept while at most one of them does.
    private int KeepUndominated(int count, ReadOnlySpan<double> losses)
    {
        Array.Sort(_order, _candidates, 0, count);
        var kept = 0;
        var (largest, second) = (double.NegativeInfinity, double.NegativeInfinity);
        for (var position = 0; position < count; position++)
        {
            var loss = losses[_candidates[position]];
            if (loss > second)
            {
                _candidates[kept++] = _candidates[position];
                (largest, second) = (Math.Max(largest, loss), Math.Max(second, Math.Min(largest, loss)));
            }
        }

        return kept;
    }

    private static SalientPair Better(SalientPair best, int first, int second, ReadOnlySpan<double> gains, ReadOnlySpan<double> losses)
    {
        var saliency = Product(gains[first] + gains[second], losses[first] + losses[second]);
        return saliency > best.Saliency ? new(first, second, saliency) : best;
    }

    private static double Product(double gain, double loss) => gain > 0 && loss > 0 ? gain * loss : 0;
}
