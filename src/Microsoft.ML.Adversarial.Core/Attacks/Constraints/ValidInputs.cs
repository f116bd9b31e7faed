using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Constraints;

/// <summary>A threat model's constraints on inputs of one shape, type and device: which are valid, and which valid one is nearest.</summary>
internal sealed class ValidInputs
{
    // Methods look at thousands of inputs, of which the constraints need not hold to the last bit.
    private const int RoundsToLook = 10;

    private readonly InputConstraints _constraints;

    // Of each feature, in L∞; shape [1, features], Float64.
    private readonly Tensor? _radius;

    /// <exception cref="ArgumentException">The constraints do not fit the inputs, or contradict each other or the bounds.</exception>
    /// <exception cref="AdversarialInputException">A row is not valid itself; names the row and the feature.</exception>
    public ValidInputs(ThreatModel threatModel, Tensor inputs, InputBounds bounds)
    {
        _constraints = threatModel.Constraints;
        var features = (int)(inputs.numel() / inputs.shape[0]);
        RequireFit(features, bounds);
        Grid = ValueGrid.Of(_constraints, bounds, inputs);
        Categories = _constraints.OneHot.Count == 0 ? null : new(_constraints.OneHot, inputs.device);
        OneWay = OneWayFeatures.Of(_constraints, features, inputs.device);
        HalfSpaces = HalfSpaces.Of(_constraints, inputs);
        RequireValid(inputs.flatten(1));

        // In L0, which counts changes of any size, factors change nothing.
        var factors = threatModel.Norm == Norm.L0 || _constraints.EpsilonScale.Count == 0
            ? Enumerable.Repeat(1.0, features)
            : _constraints.EpsilonScale;
        Scale = Reach = tensor(factors.ToArray(), inputs.dtype, inputs.device).unsqueeze(0);
        var frozen = _constraints.Frozen.ToHashSet();
        Free = tensor(Enumerable.Range(0, features).Select(feature => !frozen.Contains(feature)).ToArray(), device: inputs.device).unsqueeze(0);
        if (threatModel.Norm == Norm.LInfinity && threatModel.Epsilon is > 0 and < double.PositiveInfinity && Grid is not null)
        {
            var whole = Grid.Whole(Scale * threatModel.Epsilon);
            Free = Free.logical_and(whole.greater(0));
            Reach = where(whole.greater(0), whole / threatModel.Epsilon, Scale);
        }

        var (lower, upper) = bounds.ToArrays<double>(features);
        (Lower, Upper) = (tensor(lower, device: inputs.device).unsqueeze(0), tensor(upper, device: inputs.device).unsqueeze(0));
        var isBox = threatModel.Norm == Norm.LInfinity && double.IsFinite(threatModel.Epsilon);
        _radius = isBox ? Reach.to(ScalarType.Float64) * threatModel.Epsilon : null;
        Mobility = Scale.to(ScalarType.Float64).square() * Free;
        var categories = _constraints.OneHot.SelectMany(group => group).ToHashSet();
        IsDiscrete = tensor(Enumerable.Range(0, features).Select(categories.Contains).ToArray(), device: inputs.device).unsqueeze(0);
        IsDiscrete = Grid is null ? IsDiscrete : IsDiscrete.logical_or(Grid.IsOnGrid);
    }

    /// <summary>Features that take values an equal distance apart, if there are any.</summary>
    public ValueGrid? Grid { get; }

    /// <summary>One-hot groups, if there are any.</summary>
    public Categories? Categories { get; }

    /// <summary>Features that may change one way only, if there are any.</summary>
    public OneWayFeatures? OneWay { get; }

    /// <summary>Linear constraints, if there are any.</summary>
    public HalfSpaces? HalfSpaces { get; }

    /// <summary>Lower input bounds, shape [1, features], Float64.</summary>
    public Tensor Lower { get; }

    /// <summary>Upper input bounds, likewise.</summary>
    public Tensor Upper { get; }

    /// <summary>How willingly each feature moves to where linear constraints hold, 0 where it may not; shape [1, features], Float64.</summary>
    public Tensor Mobility { get; }

    /// <summary>Which features take only some values, shape [1, features], Bool.</summary>
    public Tensor IsDiscrete { get; }

    /// <summary>Each feature's factor of the budget, above 0, shape [1, features].</summary>
    public Tensor Scale { get; }

    /// <summary>The same, but in L∞ so that each feature's budget ends at a value that it can take.</summary>
    public Tensor Reach { get; }

    /// <summary>Which features may change at all, shape [1, features], Bool.</summary>
    public Tensor Free { get; }

    /// <summary>Gradients where features may change, 0 elsewhere, and made for steps from one category to another.</summary>
    public Tensor Slopes(Tensor gradients)
    {
        using var scope = NewDisposeScope();
        var rows = gradients.flatten(1);
        rows = Categories?.Centred(rows) ?? rows;
        return where(Free, rows, zeros_like(rows)).reshape(gradients.shape).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Gradients without what one-way features and linear constraints keep inputs from following: projected onto the directions in which no linear
    /// constraint that has nothing to spare is left (Rosen 1960, doi:10.1137/0108011).
    /// </summary>
    /// <param name="gradients">Of what is to grow, shape [N, …].</param>
    /// <param name="inputs">Where the rows are, in the same shape.</param>
    /// <param name="originals">The rows' own values, in the same shape.</param>
    public Tensor Open(Tensor gradients, Tensor inputs, Tensor originals)
    {
        if (OneWay is null && HalfSpaces is null)
        {
            return gradients;
        }

        using var scope = NewDisposeScope();
        var (slopes, rows, from) = (Exact(gradients), Exact(inputs), Exact(originals));
        var (lower, upper) = HalfSpaces is null ? (full_like(Lower, double.NegativeInfinity), full_like(Upper, double.PositiveInfinity)) : Box(from);
        (lower, upper) = OneWay?.Within(lower, upper, from) ?? (lower, upper);
        var barred = slopes.less(0).logical_and_(rows.less_equal(lower)).logical_or_(slopes.greater(0).logical_and_(rows.greater_equal(upper)));
        slopes = where(barred, zeros_like(slopes), slopes);
        slopes = HalfSpaces?.Tangent(slopes, rows, lower, upper, Mobility) ?? slopes;
        return slopes.to(gradients.dtype, gradients.device).reshape(gradients.shape).MoveToOuterDisposeScope();

        Tensor Exact(Tensor values) => values.detach().flatten(1).to(ScalarType.Float64, Lower.device);
    }

    /// <summary>The input bounds and, in L∞, the budget, around rows of shape [N, features], Float64.</summary>
    public (Tensor Lower, Tensor Upper) Box(Tensor originals)
    {
        var (lower, upper) = (Lower.minimum(originals), Upper.maximum(originals));
        return _radius is null ? (lower, upper) : (lower.maximum(originals - _radius), upper.minimum(originals + _radius));
    }

    /// <summary>Gives the features that may not change, or not the way they did, their original values, in place.</summary>
    public void Restrict_(Tensor inputs, Tensor originals)
    {
        using var scope = NewDisposeScope();
        var (rows, from) = (inputs.flatten(1), originals.flatten(1));
        rows = OneWay?.Nearest(rows, from) ?? rows;
        inputs.copy_(where(Free.to(inputs.device), rows, from).reshape(inputs.shape));
    }

    /// <summary>The nearest valid inputs, whatever the budget; frozen and one-way features as they come.</summary>
    public Tensor Nearest(Tensor inputs)
    {
        using var scope = NewDisposeScope();
        var rows = Balanced(inputs.flatten(1), zeros_like(IsDiscrete));
        rows = Grid?.Nearest(rows) ?? rows;
        rows = Categories?.Nearest(rows) ?? rows;
        rows = Grid is null && Categories is null ? rows : Balanced(rows, IsDiscrete);
        return rows.reshape(inputs.shape).MoveToOuterDisposeScope();
    }

    /// <summary>Moves inputs within the budget to valid ones within it, in place.</summary>
    public void Conform_(Tensor inputs, Tensor originals, Norm norm, double epsilon)
    {
        if (Grid is null && Categories is null && HalfSpaces is null)
        {
            return;
        }

        using var scope = NewDisposeScope();
        inputs.copy_(new ValidNeighbours(this, originals.flatten(1), norm, epsilon).Of(inputs.flatten(1)).reshape(inputs.shape));
    }

    // Within the bounds; what takes only some values stays where it is, if that is wanted.
    private Tensor Balanced(Tensor rows, Tensor stays)
    {
        if (HalfSpaces is null)
        {
            return rows;
        }

        var points = rows.to(ScalarType.Float64);
        var moved = HalfSpaces.Nearest(points, Lower, Upper, Mobility * stays.logical_not(), RoundsToLook);
        return ReferenceEquals(moved, points) ? rows : moved.to(rows.dtype);
    }

    private void RequireFit(int features, InputBounds bounds)
    {
        IReadOnlyList<FeatureSet> sets = [_constraints.EightBitFeatures, _constraints.Frozen, _constraints.Integer, _constraints.Increasing, _constraints.Decreasing, .. _constraints.OneHot];
        if (sets.SelectMany(set => set).Concat(_constraints.Linear.SelectMany(linear => linear.Weights.Keys)).DefaultIfEmpty(0).Max() is var last && last >= features)
        {
            throw new ArgumentException($"Expected constraints on features from 0 to {features - 1}, got one on feature {last}.");
        }

        if (_constraints.EpsilonScale.Count > 0 && _constraints.EpsilonScale.Count != features)
        {
            throw new ArgumentException($"Expected {features} factors of epsilon, one per feature, got {_constraints.EpsilonScale.Count}.");
        }

        foreach (var group in _constraints.OneHot)
        {
            if (group.Intersect(_constraints.Integer).Any())
            {
                throw new ArgumentException(
                    $"Expected features that are integers or in a one-hot group, got feature {group.Intersect(_constraints.Integer).First()}, which is both.");
            }

            if (group.Intersect(_constraints.Increasing.Concat(_constraints.Decreasing)).ToArray() is [var oneWay, ..])
            {
                throw new ArgumentException(
                    $"Expected features that change one way only or are in a one-hot group, got feature {oneWay}, which is both. Freeze the group instead.");
            }

            if (group.Intersect(_constraints.Frozen).Count() is var frozen && frozen > 0 && frozen < group.Count)
            {
                throw new ArgumentException(
                    $"Expected one-hot groups that are frozen as a whole or not at all, got {group}, of which {frozen} of {group.Count} are.");
            }

            if (group.Any(feature => !(bounds.Lower[bounds.IsUniform ? 0 : feature] <= 0 && bounds.Upper[bounds.IsUniform ? 0 : feature] >= 1)))
            {
                throw new ArgumentException($"Expected input bounds that allow 0 and 1 in the one-hot group {group}, got {bounds}.");
            }
        }
    }

    private void RequireValid(Tensor rows)
    {
        using var scope = NewDisposeScope();
        var off = Grid?.IsOff(rows).nonzero();
        if (off is not null && off.shape[0] > 0)
        {
            var (row, feature) = (off[0, 0].item<long>(), (int)off[0, 1].item<long>());
            var value = rows[row, feature].to(ScalarType.Float64).item<double>();
            var expected = _constraints.Integer.Contains(feature) ? "a whole number" : "one of the 256 values of pixels of 8 bits within the input bounds";
            throw new AdversarialInputException(
                row, feature, $"expected {expected}, got {value}. Round the inputs first, or drop the constraint.");
        }

        if (Categories?.FirstInvalid(rows) is var (at, group))
        {
            throw new AdversarialInputException(
                at, group[0], $"expected one 1 and otherwise 0 in the one-hot group {group}, got other values.");
        }

        if (HalfSpaces?.FirstInvalid(rows.to(ScalarType.Float64)) is var (place, constraint, sum))
        {
            throw new AdversarialInputException(
                place, null, $"expected the linear constraint {constraint} to hold, got a sum of {sum}. Mend the row, or drop the constraint.");
        }
    }
}
