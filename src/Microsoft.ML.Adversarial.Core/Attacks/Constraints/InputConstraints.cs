namespace Microsoft.ML.Adversarial.Attacks.Constraints;

/// <summary>
/// What an adversarial input must satisfy beyond the budget and the classifier's bounds. Every attack obeys: <c>Attack.Run</c> brings what the
/// method found to the nearest valid input within the budget and judges that. On the way methods step in between valid values, and see the
/// classifier at the nearest valid ones, with the gradient there (straight-through; Athalye, Carlini &amp; Wagner 2018, arXiv:1802.00420,
/// section 4.1). Unperturbed inputs must be valid.
/// </summary>
/// <remarks>
/// As text, in files and on the command line: <c>none</c>, or some of <c>8bit</c>, <c>8bit:0-783</c>, <c>frozen:0-27,30</c>, <c>integer:4</c>,
/// <c>onehot:5-9</c> (once per group), <c>increasing:10</c>, <c>decreasing:11</c>, <c>linear:1*3-2*10&lt;=10</c> (once per constraint) and
/// <c>scale:0.5*28,1*756</c> (values and how often they repeat), separated by spaces.
/// </remarks>
public sealed record InputConstraints
{
    private readonly FeatureSet _eightBitFeatures = [];
    private readonly FeatureSet _frozen = [];
    private readonly FeatureSet _integer = [];
    private readonly IReadOnlyList<FeatureSet> _oneHot = [];
    private readonly FeatureSet _increasing = [];
    private readonly FeatureSet _decreasing = [];
    private readonly IReadOnlyList<LinearConstraint> _linear = [];
    private readonly IReadOnlyList<double> _epsilonScale = [];

    /// <summary>No constraints: the default.</summary>
    public static InputConstraints None { get; } = new();

    /// <summary>
    /// All features but those of <see cref="Integer"/> and <see cref="OneHot"/> are pixels that survive being stored with 8 bits: the lower input
    /// bound plus a multiple of 1/255 of the width between the bounds, which must be finite. Default false.
    /// </summary>
    public bool EightBit { get; init; }

    /// <summary>Features that are such pixels, beside others that are not; <see cref="EightBit"/> means all. Default none.</summary>
    public FeatureSet EightBitFeatures
    {
        get => _eightBitFeatures;
        init => _eightBitFeatures = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>Features that stay as they are. Default none.</summary>
    public FeatureSet Frozen
    {
        get => _frozen;
        init => _frozen = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>Features that are whole numbers. Default none.</summary>
    public FeatureSet Integer
    {
        get => _integer;
        init => _integer = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>
    /// Groups of features of which exactly one is 1 and the others 0: encoded categories. To take another category is a change of 1 in two
    /// features, which the budget must allow; <see cref="EpsilonScale"/> can allow it them. A feature is in one group at most, and a group is
    /// frozen as a whole or not. Default none.
    /// </summary>
    public IReadOnlyList<FeatureSet> OneHot
    {
        get => _oneHot;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            _oneHot = [.. value.OrderBy(group => group.ToString(), StringComparer.Ordinal)];
            if (_oneHot.FirstOrDefault(group => group.Count < 2) is { } single)
            {
                throw new ArgumentException($"Expected groups of at least 2 features, got one of {single.Count}.", nameof(value));
            }

            if (_oneHot.SelectMany(group => group).CountBy(feature => feature).FirstOrDefault(pair => pair.Value > 1) is { Value: > 1 } twice)
            {
                throw new ArgumentException($"Expected groups that have no feature in common, got two with feature {twice.Key}.", nameof(value));
            }
        }
    }

    /// <summary>Features that an attack may raise but not lower, each from the row's own value, such as an age. Default none.</summary>
    public FeatureSet Increasing
    {
        get => _increasing;
        init
        {
            _increasing = value ?? throw new ArgumentNullException(nameof(value));
            RequireOneWay();
        }
    }

    /// <summary>Features that an attack may lower but not raise, each from the row's own value. Default none.</summary>
    public FeatureSet Decreasing
    {
        get => _decreasing;
        init
        {
            _decreasing = value ?? throw new ArgumentNullException(nameof(value));
            RequireOneWay();
        }
    }

    /// <summary>
    /// What weighted sums of features may be, such as that parts do not exceed their total. What a method found moves to where all hold by
    /// projections (Dykstra 1983, doi:10.2307/2288193, without the corrections, which only say which of the valid inputs is met), and where these
    /// do not get there, back towards the original, which must satisfy them itself. Default none.
    /// </summary>
    public IReadOnlyList<LinearConstraint> Linear
    {
        get => _linear;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            _linear = [.. value.Distinct().OrderBy(linear => linear.ToString(), StringComparer.Ordinal)];
        }
    }

    /// <summary>
    /// One factor per feature, above 0 and finite, in row-major order: a feature counts for its change divided by its factor, so that ‖δ/s‖ ≤ ε.
    /// In L∞, ε·s is each feature's own budget. In L0, which counts changes of any size, factors change nothing. None: all 1. Default none.
    /// </summary>
    public IReadOnlyList<double> EpsilonScale
    {
        get => _epsilonScale;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            _epsilonScale = value.All(factor => factor > 0 && double.IsFinite(factor))
                ? [.. value]
                : throw new ArgumentOutOfRangeException(nameof(value), "Expected factors > 0 and finite; to keep a feature as it is, freeze it.");
        }
    }

    /// <summary>Whether there are none.</summary>
    public bool AreNone => !EightBit && EightBitFeatures.Count + Frozen.Count + Integer.Count + OneHot.Count + Increasing.Count
        + Decreasing.Count + Linear.Count + EpsilonScale.Count == 0;

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <param name="text">Such as <c>8bit frozen:0-27,30</c>; the case does not matter.</param>
    /// <exception cref="FormatException">The text is something else.</exception>
    public static InputConstraints Parse(string text) => ConstraintText.Read(text);

    /// <summary>
    /// These constraints where changes cost: sizes and ε are in units of cost, so that in L1, ε is what an attacker can spend and Σ costᵢ|δᵢ| what is
    /// spent. <see cref="EpsilonScale"/> becomes 1/cost; what costs +∞ is frozen besides. In L0 every change costs 1.
    /// </summary>
    /// <param name="costs">What a change of 1 costs, above 0, one per feature in row-major order; +∞: no price buys it.</param>
    /// <exception cref="ArgumentOutOfRangeException">A cost is not above 0, or so small that 1/cost is infinite.</exception>
    public InputConstraints WithCosts(IReadOnlyList<double> costs)
    {
        ArgumentNullException.ThrowIfNull(costs);
        return costs.All(cost => cost > 0 && double.IsFinite(1 / cost))
            ? this with
            {
                Frozen = [.. Frozen, .. FeatureSet.Where(costs.Select(double.IsPositiveInfinity))],
                EpsilonScale = [.. costs.Select(cost => double.IsPositiveInfinity(cost) ? 1 : 1 / cost)],
            }
            : throw new ArgumentOutOfRangeException(nameof(costs), "Expected costs > 0, or infinite for what must not change: nothing is free of charge.");
    }

    /// <inheritdoc/>
    public bool Equals(InputConstraints? other) => other is not null && ToString() == other.ToString();

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public override string ToString() => ConstraintText.Write(this);

    private void RequireOneWay()
    {
        if (_increasing.Intersect(_decreasing).Any())
        {
            throw new ArgumentException(
                $"Expected features that are increasing or decreasing, got feature {_increasing.Intersect(_decreasing).First()}, which is both: freeze it.");
        }
    }
}
