using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Constraints;

/// <summary>A threat model's constraints on inputs of one shape, type and device: which are valid, and which valid one is nearest.</summary>
internal sealed class ValidInputs
{
    private const double RelativeSlack = 1e-6;
    private const int Halvings = 12;

    private readonly InputConstraints _constraints;
    private readonly ValueGrid? _grid;
    private readonly Categories? _categories;

    /// <exception cref="ArgumentException">The constraints do not fit the inputs, or contradict each other or the bounds.</exception>
    /// <exception cref="AdversarialInputException">A row is not valid itself; names the row and the feature.</exception>
    public ValidInputs(ThreatModel threatModel, Tensor inputs, InputBounds bounds)
    {
        _constraints = threatModel.Constraints;
        var features = (int)(inputs.numel() / inputs.shape[0]);
        RequireFit(features, bounds);
        _grid = ValueGrid.Of(_constraints, bounds, inputs);
        _categories = _constraints.OneHot.Count == 0 ? null : new(_constraints.OneHot, inputs.device);
        RequireValid(inputs.flatten(1));

        // In L0, which counts changes of any size, factors change nothing.
        var factors = threatModel.Norm == Norm.L0 || _constraints.EpsilonScale.Count == 0
            ? Enumerable.Repeat(1.0, features)
            : _constraints.EpsilonScale;
        Scale = Reach = tensor(factors.ToArray(), inputs.dtype, inputs.device).unsqueeze(0);
        var frozen = _constraints.Frozen.ToHashSet();
        Free = tensor(Enumerable.Range(0, features).Select(feature => !frozen.Contains(feature)).ToArray(), device: inputs.device).unsqueeze(0);
        if (threatModel.Norm == Norm.LInfinity && threatModel.Epsilon is > 0 and < double.PositiveInfinity && _grid is not null)
        {
            var whole = _grid.Whole(Scale * threatModel.Epsilon);
            Free = Free.logical_and(whole.greater(0));
            Reach = where(whole.greater(0), whole / threatModel.Epsilon, Scale);
        }
    }

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
        rows = _categories?.Centred(rows) ?? rows;
        return where(Free, rows, zeros_like(rows)).reshape(gradients.shape).MoveToOuterDisposeScope();
    }

    /// <summary>Gives the features that may not change their original values, in place.</summary>
    public void Freeze_(Tensor inputs, Tensor originals)
    {
        using var scope = NewDisposeScope();
        inputs.copy_(where(Free.to(inputs.device), inputs.flatten(1), originals.flatten(1)).reshape(inputs.shape));
    }

    /// <summary>The nearest valid inputs, whatever the budget; frozen features as they come.</summary>
    public Tensor Nearest(Tensor inputs)
    {
        using var scope = NewDisposeScope();
        var rows = inputs.flatten(1);
        rows = _grid?.Nearest(rows) ?? rows;
        rows = _categories?.Nearest(rows) ?? rows;
        return rows.reshape(inputs.shape).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Moves inputs within the budget to valid ones within it, in place: each feature to its nearest value where the budget allows that; in other
    /// rows, values nearer to the original are preferred, just as much as the budget demands.
    /// </summary>
    public void Conform_(Tensor inputs, Tensor originals, Norm norm, double epsilon)
    {
        if (_grid is null && _categories is null)
        {
            return;
        }

        using var scope = NewDisposeScope();
        var (rows, from) = (inputs.flatten(1), originals.flatten(1));
        var rounded = Rounded(rows, from, full([rows.shape[0], 1], 0.5, rows.dtype, rows.device));
        var limit = epsilon * (1 + RelativeSlack);
        var over = norm.Measure(rounded - from).greater(limit).nonzero().flatten();
        if (over.shape[0] > 0)
        {
            var (beyond, centre) = (rows.index_select(0, over), from.index_select(0, over));
            var high = ones([over.shape[0], 1], rows.dtype, rows.device);
            var low = high * 0.5;
            for (var halving = 0; halving < Halvings; halving++)
            {
                var middle = (low + high) / 2;
                var within = norm.Measure(Rounded(beyond, centre, middle) - centre).less_equal(limit).unsqueeze(1);
                (low, high) = (where(within, low, middle), where(within, middle, high));
            }

            rounded = rounded.index_copy(0, over, Rounded(beyond, centre, high));
        }

        inputs.copy_(rounded.reshape(inputs.shape));
    }

    private Tensor Rounded(Tensor rows, Tensor originals, Tensor threshold)
    {
        rows = _grid?.Rounded(rows, originals, threshold) ?? rows;
        return _categories?.Rounded(rows, originals, threshold) ?? rows;
    }

    private void RequireFit(int features, InputBounds bounds)
    {
        IReadOnlyList<FeatureSet> sets = [_constraints.Frozen, _constraints.Integer, .. _constraints.OneHot];
        if (sets.SelectMany(set => set).DefaultIfEmpty(0).Max() is var last && last >= features)
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
        var off = _grid?.IsOff(rows).nonzero();
        if (off is not null && off.shape[0] > 0)
        {
            var (row, feature) = (off[0, 0].item<long>(), (int)off[0, 1].item<long>());
            var value = rows[row, feature].to(ScalarType.Float64).item<double>();
            var expected = _constraints.Integer.Contains(feature) ? "a whole number" : "one of the 256 values of pixels of 8 bits within the input bounds";
            throw new AdversarialInputException(
                row, feature, $"expected {expected}, got {value}. Round the inputs first, or drop the constraint.");
        }

        if (_categories?.FirstInvalid(rows) is var (at, group))
        {
            throw new AdversarialInputException(
                at, group[0], $"expected one 1 and otherwise 0 in the one-hot group {group}, got other values.");
        }
    }
}
