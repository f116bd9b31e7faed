using Microsoft.ML.Adversarial.Norms;

namespace Microsoft.ML.Adversarial.Attacks.DecisionBased;

/// <summary>
/// Pointwise attack (Schott et al. 2019, arXiv:1805.09190, section 4): starts from salt and pepper and gives features their original values
/// back, in random order, as long as the goal stays reached, until none can be given back any more; then anew from another start.
/// Departure: it first tries to give back many features at once, half of the changed ones, then a quarter and so on, which ends the same
/// way after fewer queries.
/// </summary>
[AttackName("pointwise", Norms = ["L0"], Reference = "Schott et al. 2019, arXiv:1805.09190")]
public sealed record PointwiseAttack : DecisionBasedAttack
{
    private readonly int _restarts = 10;
    private readonly int _shares = 50;

    /// <summary>5000 queries per row unless set otherwise.</summary>
    /// <param name="norm">L0.</param>
    /// <param name="epsilon">Largest number of changed features, at least 0; +∞ takes the smallest found whatever it is.</param>
    public PointwiseAttack(Norm norm, double epsilon)
        : base(new ThreatModel(norm, epsilon))
    {
    }

    /// <summary>How often to start, while there are queries, at least 1. Default 10, as in the paper.</summary>
    public int Restarts
    {
        get => _restarts;
        init => _restarts = InRange(value, value >= 1, ">= 1", nameof(Restarts));
    }

    /// <summary>Over how many tries salt and pepper spreads from few to all features, at least 1. Default 50.</summary>
    public int SaltAndPepperTries
    {
        get => _shares;
        init => _shares = InRange(value, value >= 1, ">= 1", nameof(SaltAndPepperTries));
    }

    private protected override IEnumerable<double[][]> Walk(DecisionRow row)
    {
        for (var restart = 0; restart < Restarts; restart++)
        {
            var start = new AdversarialStart(row);
            foreach (var question in start.FindSparse(SaltAndPepperTries).Concat(start.Find(StartTries)))
            {
                yield return question;
            }

            if (start.Point is null)
            {
                yield break;
            }

            foreach (var question in GiveBack(row, start.Point))
            {
                yield return question;
            }
        }
    }

    private static IEnumerable<double[][]> GiveBack(DecisionRow row, double[] point)
    {
        var changed = Changed(row, point);
        for (var size = (changed.Length + 1) / 2; size > 0;)
        {
            var before = changed.Length;
            foreach (var group in changed.Chunk(size))
            {
                double[] without = [.. point];
                foreach (var feature in group)
                {
                    without[feature] = row.Origin[feature];
                }

                yield return [without];
                point = row.Reached[0] ? without : point;
            }

            changed = Changed(row, point);
            // Single features until none can be given back; larger groups once each.
            size = size > 1 ? Math.Min(size / 2, Math.Max(1, changed.Length / 2)) : changed.Length < before ? 1 : 0;
        }
    }

    private static int[] Changed(DecisionRow row, double[] point)
    {
        var order = row.Uniform(point.Length);
        var changed = Enumerable.Range(0, point.Length).Where(feature => point[feature] != row.Origin[feature]);
        return [.. changed.OrderBy(feature => order[feature])];
    }
}
