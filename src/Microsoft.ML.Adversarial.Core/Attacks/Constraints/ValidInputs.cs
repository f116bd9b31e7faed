using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Constraints;

/// <summary>Constraints on inputs of one shape, type and device: which are valid, and which valid one is nearest.</summary>
internal sealed class ValidInputs
{
    private const double PixelLevels = 255;

    // In levels: what rounding leaves of whole ones.
    private const double Slack = 1e-3;
    private const double RelativeSlack = 1e-6;
    private const int Halvings = 12;

    private readonly InputConstraints _constraints;
    private readonly Tensor? _levels;
    private readonly Tensor[] _groups;

    /// <exception cref="ArgumentException">The constraints are on features that the inputs have not, or contradict each other.</exception>
    /// <exception cref="AdversarialInputException">A row is not valid itself; names the row and the feature.</exception>
    public ValidInputs(InputConstraints constraints, Tensor inputs, InputBounds bounds)
    {
        _constraints = constraints;
        var features = (int)(inputs.numel() / inputs.shape[0]);
        RequireFit(features);
        Scale = Column(Factors(features), inputs);
        _levels = Column(Levels(features), inputs);
        Free = constraints.Frozen.Count == 0 ? null : Column(Mask(features), inputs);
        _groups = [.. constraints.OneHot.Select(group => tensor(group.Select(feature => (long)feature).ToArray(), device: inputs.device))];
        RequireValid(inputs.flatten(1), bounds);
    }

    /// <summary>Each feature's factor of the budget, 0 where it is frozen, shape [1, features]; null: all 1.</summary>
    public Tensor? Scale { get; }

    /// <summary>1 where a feature may change, 0 where it is frozen, shape [1, features]; null: all may.</summary>
    public Tensor? Free { get; }

    /// <summary>The factors of the budget at which each feature's budget ends at a value that the feature can take; in L∞ only.</summary>
    public Tensor? ReachableScale(double epsilon)
    {
        if (_levels is null || epsilon == 0)
        {
            return Scale;
        }

        var scale = Scale ?? ones_like(_levels);
        var whole = ((scale * _levels * epsilon) + Slack).floor();
        return where(_levels.greater(0), whole / (_levels * epsilon), scale);
    }

    /// <summary>The bounds of the values that features can take within bounds.</summary>
    public InputBounds Reachable(InputBounds bounds)
    {
        if (_levels is null)
        {
            return bounds;
        }

        using var scope = NewDisposeScope();
        var (lower, upper) = bounds.ToTensors(_levels);
        return new(
            Cells(where(_levels.greater(0), ((lower.flatten() * _levels) - Slack).ceil_() / _levels, lower.flatten())),
            Cells(where(_levels.greater(0), ((upper.flatten() * _levels) + Slack).floor_() / _levels, upper.flatten())));

        static float[] Cells(Tensor values) => values.to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
    }

    /// <summary>
    /// Gradients shifted, in each one-hot group, so that only the category which gains most is above 0. Changes of categories add up to 0, so that a
    /// shift means nothing to them; but signs would send all categories that gain to 1 alike.
    /// </summary>
    public Tensor Centred(Tensor gradients)
    {
        var rows = gradients.flatten(1);
        foreach (var group in _groups)
        {
            var slopes = rows.index_select(1, group);
            var (largest, _) = slopes.topk(2, 1);
            rows = rows.index_copy(1, group, slopes - largest.mean([1], keepdim: true));
        }

        return rows.reshape(gradients.shape);
    }

    /// <summary>The nearest valid inputs, whatever the budget; frozen features as they come.</summary>
    public Tensor Nearest(Tensor inputs)
    {
        using var scope = NewDisposeScope();
        var rows = inputs.flatten(1);
        rows = _levels is null ? rows : where(_levels.greater(0), (rows * _levels).round_() / _levels, rows);
        foreach (var group in _groups)
        {
            var values = rows.index_select(1, group);
            var chosen = values.argmax(1, keepdim: true);
            rows = rows.index_copy(1, group, zeros_like(values).scatter_(1, chosen, ones_like(chosen, values.dtype)));
        }

        return rows.reshape(inputs.shape).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Moves inputs within the budget to valid ones within it, in place: each feature to its nearest value where the budget allows that; in other
    /// rows, values nearer to the original are preferred, just as much as the budget demands.
    /// </summary>
    public void Conform_(Tensor inputs, Tensor originals, Norm norm, double epsilon)
    {
        if (_levels is null && _groups.Length == 0)
        {
            return;
        }

        using var scope = NewDisposeScope();
        var (rows, from) = (inputs.flatten(1), originals.flatten(1));
        var rounded = Round(rows, from, full([rows.shape[0], 1], 0.5, rows.dtype, rows.device));
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
                var within = norm.Measure(Round(beyond, centre, middle) - centre).less_equal(limit).unsqueeze(1);
                (low, high) = (where(within, low, middle), where(within, middle, high));
            }

            rounded.index_copy_(0, over, Round(beyond, centre, high));
        }

        inputs.copy_(rounded.reshape(inputs.shape));
    }

    // A change of k levels and a fraction becomes one of k + 1 levels where the fraction reaches the threshold, else of k: the nearest at ½, never
    // away from the original at 1. A category changes likewise, its lead over the original's going from −1 to 1.
    private Tensor Round(Tensor rows, Tensor from, Tensor threshold)
    {
        var rounded = rows;
        if (_levels is not null)
        {
            var start = (from * _levels).round_();
            var change = (rows * _levels) - start;
            var whole = (change.abs() + (1 + Slack) - threshold).floor_() * change.sign();
            rounded = where(_levels.greater(0), where(whole.eq(0), from, (start + whole) / _levels), rows);
        }

        foreach (var group in _groups)
        {
            var (values, original) = (rows.index_select(1, group), from.index_select(1, group));
            var current = original.argmax(1, keepdim: true);
            var rival = values.scatter(1, current, full_like(current, double.NegativeInfinity, values.dtype)).argmax(1, keepdim: true);
            var lead = values.gather(1, rival) - values.gather(1, current);
            var other = zeros_like(values).scatter_(1, rival, ones_like(rival, values.dtype));
            rounded = rounded.index_copy(1, group, where(lead.greater(((threshold * 2) - 1) * (1 - RelativeSlack)), other, original));
        }

        return rounded;
    }

    private void RequireFit(int features)
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
                throw new ArgumentException($"Expected features that are integers or in a one-hot group, got feature {group.Intersect(_constraints.Integer).First()}, which is both.");
            }

            if (group.Intersect(_constraints.Frozen).Count() is var frozen && frozen > 0 && frozen < group.Count)
            {
                throw new ArgumentException($"Expected one-hot groups that are frozen as a whole or not at all, got {group}, of which {frozen} of {group.Count} are.");
            }
        }
    }

    private void RequireValid(Tensor rows, InputBounds bounds)
    {
        using var scope = NewDisposeScope();
        var features = rows.shape[1];
        if (_levels is not null)
        {
            var levels = rows * _levels;
            if (First((levels - levels.round()).abs().greater(Slack)) is { } at)
            {
                var value = rows[at.Row, at.Feature].to(ScalarType.Float64).item<double>();
                var expected = _constraints.Integer.Contains(at.Feature) ? "a whole number" : "a multiple of 1/255, as pixels of 8 bits are";
                throw new AdversarialInputException(at.Row, at.Feature, $"expected {expected}, got {value}. Round the inputs first, or drop the constraint.");
            }
        }

        foreach (var (group, indices) in _constraints.OneHot.Zip(_groups))
        {
            var values = rows.index_select(1, indices);
            var wrong = values.eq(1).sum(1).ne(1).logical_or_(values.eq(0).sum(1).ne(group.Count - 1));
            if (First(wrong.unsqueeze(1)) is { } at)
            {
                throw new AdversarialInputException(at.Row, group[0], $"expected one 1 and otherwise 0 in the one-hot group {group}, got other values.");
            }

            if (group.Any(feature => !(bounds.Lower[bounds.IsUniform ? 0 : feature] <= 0 && bounds.Upper[bounds.IsUniform ? 0 : feature] >= 1)))
            {
                throw new ArgumentException($"Expected input bounds that allow 0 and 1 in the one-hot group {group}, got {bounds}.");
            }
        }
    }

    private static (long Row, int Feature)? First(Tensor wrong)
    {
        var places = wrong.nonzero();
        return places.shape[0] == 0 ? null : (places[0, 0].item<long>(), (int)places[0, 1].item<long>());
    }

    private double[]? Factors(int features)
    {
        if (_constraints.EpsilonScale.Count + _constraints.Frozen.Count == 0)
        {
            return null;
        }

        var mask = Mask(features);
        return _constraints.EpsilonScale.Count == 0 ? mask : [.. mask.Zip(_constraints.EpsilonScale, (free, factor) => free * factor)];
    }

    private double[] Mask(int features)
    {
        var mask = new double[features];
        Array.Fill(mask, 1);
        foreach (var feature in _constraints.Frozen)
        {
            mask[feature] = 0;
        }

        return mask;
    }

    // How many values a feature takes per unit; 0: any.
    private double[]? Levels(int features)
    {
        if (!_constraints.EightBit && _constraints.Integer.Count == 0)
        {
            return null;
        }

        var levels = new double[features];
        Array.Fill(levels, _constraints.EightBit ? PixelLevels : 0);
        foreach (var feature in _constraints.Integer)
        {
            levels[feature] = 1;
        }

        foreach (var feature in _constraints.OneHot.SelectMany(group => group))
        {
            levels[feature] = 0;
        }

        return levels;
    }

    private static Tensor? Column(double[]? values, Tensor inputs) =>
        values is null ? null : tensor(values, inputs.dtype, inputs.device).unsqueeze(0);
}
