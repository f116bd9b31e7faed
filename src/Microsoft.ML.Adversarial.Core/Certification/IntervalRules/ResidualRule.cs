namespace Microsoft.ML.Adversarial.Certification.IntervalRules;

/// <summary>body(x) + shortcut(x): the sums of the branches' bounds, which forget that both branches have the same x.</summary>
/// <param name="body">The rules of the body, first to last.</param>
/// <param name="shortcut">Those of the shortcut; none for x itself.</param>
internal sealed class ResidualRule(IReadOnlyList<IIntervalRule> body, IReadOnlyList<IIntervalRule> shortcut) : IIntervalRule
{
    public IntervalBounds Propagate(IntervalBounds input, double rounding)
    {
        var (left, right) = (Branch(body), Branch(shortcut));
        var sum = new IntervalBounds(left.Lower + right.Lower, left.Upper + right.Upper);
        return rounding > 0 ? sum.Widened((left.Magnitude + right.Magnitude) * RoundingError.OfFunction(rounding)) : sum;

        IntervalBounds Branch(IReadOnlyList<IIntervalRule> rules) => rules.Aggregate(input, (bounds, rule) => rule.Propagate(bounds, rounding));
    }
}
