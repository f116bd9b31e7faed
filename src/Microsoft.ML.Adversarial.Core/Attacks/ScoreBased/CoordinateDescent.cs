using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.ScoreBased;

/// <summary>ZOO's descents over a batch, in the units of each feature's budget.</summary>
internal sealed class CoordinateDescent
{
    private const int LargestPass = 1 << 22;
    private const double GrowthBeforeSuccess = 10;
    private const double LargestConstant = 1e10;
    private const double FirstDecay = 0.9;
    private const double SecondDecay = 0.999;
    private const double Stabiliser = 1e-8;
    private const double Rounding = 1e-6;

    private readonly ZerothOrderOptimization _attack;
    private readonly ScoredRows _rows;
    private readonly int[] _slots;
    private readonly Tensor _inputs;
    private readonly Tensor _origins;
    private readonly Tensor _lower;
    private readonly Tensor _upper;
    private readonly Tensor _free;
    private readonly double _unit;
    private readonly double[] _constants;
    private readonly double[] _failed;
    private readonly double[] _succeeded;
    private readonly double[] _sizes;
    private long _stream;

    public CoordinateDescent(ZerothOrderOptimization attack, ScoredRows rows)
    {
        var units = rows.Whole.Units;
        (_attack, _rows, _slots, _inputs) = (attack, rows, rows.Slots, rows.Originals);
        _origins = units.Of(_inputs).flatten(1);
        var (lower, upper) = units.Bounds<double>(rows.Features);
        _lower = tensor(lower, _inputs.dtype, _inputs.device).unsqueeze(0);
        _upper = tensor(upper, _inputs.dtype, _inputs.device).unsqueeze(0);
        _free = units.Free(_lower.less(_upper)).flatten().nonzero().flatten();
        _unit = units.InputBounds(rows.Features).TypicalWidth;
        _constants = Numbers(attack.InitialConstant);
        _failed = Numbers(0);
        _succeeded = Numbers(double.PositiveInfinity);
        _sizes = Numbers(double.PositiveInfinity);
    }

    public void Run()
    {
        for (var search = 0; search < _attack.BinarySearchSteps && !_rows.WasCancelled; search++)
        {
            var share = _rows.Left / (_attack.BinarySearchSteps - search);
            var features = (int)Math.Min(Math.Min(_attack.FeaturesPerStep, _free.shape[0]), (share - 1) / 2);
            if (features < 1)
            {
                continue;
            }

            using var scope = NewDisposeScope();
            var reached = Descend(features, share / ((2 * features) + 1));
            foreach (var slot in _slots)
            {
                (reached[slot] ? _succeeded : _failed)[slot] = _constants[slot];
                var (low, high) = (_failed[slot], _succeeded[slot]);
                _constants[slot] = double.IsFinite(high) ? (low + high) / 2 : Math.Min(low * GrowthBeforeSuccess, LargestConstant);
            }
        }
    }

    private double[] Numbers(double value) => [.. Enumerable.Repeat(value, _rows.Count)];

    private bool[] Descend(int features, int steps)
    {
        var points = _origins.clone();
        var (first, second, counts) = (zeros_like(points), zeros_like(points), zeros_like(points));
        var reached = new bool[_rows.Count];
        for (var step = 0; step < steps && !_rows.WasCancelled; step++)
        {
            using var scope = NewDisposeScope();
            Look(points, reached);
            var draws = _rows.Random(++_stream).Uniform(points.new_empty(points.shape[0], _free.shape[0]), 0, 1);
            var (_, chosen) = draws.topk(features, 1);
            var places = _free.index_select(0, chosen.flatten()).reshape(chosen.shape);
            var values = points.gather(1, places);
            var slopes = Slopes(points, places, values).add_((values - _origins.gather(1, places)).mul_(2 / (_unit * _unit)));
            var change = Adam(first, second, counts, places, slopes);
            points.scatter_(1, places, values - change.mul_(_attack.LearningRate * _unit));
            points.clamp_(_lower, _upper);
        }

        return reached;
    }

    // Takes what reaches the goal within the budget and is smaller than what was found before.
    private void Look(Tensor points, bool[] reached)
    {
        var candidates = _rows.Conformed(Inputs(points), _slots);
        var scores = _rows.Ask(candidates, _slots);
        var sizes = _rows.Whole.ThreatModel.Norm.Measure(candidates - _inputs).to(ScalarType.Float64, CPU).data<double>().ToArray();
        foreach (var slot in _slots)
        {
            reached[slot] |= scores.Margins[slot] > 0;
            if (scores.Margins[slot] > 0 && sizes[slot] < _sizes[slot] && sizes[slot] <= _attack.ThreatModel.Epsilon * (1 + Rounding))
            {
                _sizes[slot] = sizes[slot];
                _rows.Take(candidates, slot, _rows.Open[slot]);
            }
        }
    }

    // Of c·f by symmetric differences, over the distance that the bounds leave; shape [rows, features].
    private Tensor Slopes(Tensor points, Tensor places, Tensor values)
    {
        var (lower, upper) = (_lower.expand_as(points).gather(1, places), _upper.expand_as(points).gather(1, places));
        var step = _attack.DifferenceStep * _unit;
        var sides = stack([minimum(values + step, upper), maximum(values - step, lower)]);
        var losses = zeros(sides.shape, ScalarType.Float64);
        var features = (int)places.shape[1];
        var most = (int)Math.Clamp(LargestPass / (2 * points.numel()), 1, features);
        for (var from = 0; from < features; from += most)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(most, features - from);
            var index = places.narrow(1, from, count).unsqueeze(0).expand(2, -1, -1).unsqueeze(3);
            var candidates = points.unsqueeze(0).unsqueeze(2).expand(2, -1, count, -1)
                .scatter(3, index, sides.narrow(2, from, count).unsqueeze(3));
            int[] slots = [.. Enumerable.Repeat(_slots, 2).SelectMany(half => half.SelectMany(slot => Enumerable.Repeat(slot, count)))];
            var margins = tensor(_rows.Ask(Inputs(candidates.flatten(0, 2)), slots).Values).reshape(2, -1, count);
            losses.narrow(2, from, count).copy_(margins.neg_().clamp_min_(0));
        }

        var distance = sides[0] - sides[1];
        var slopes = (losses[0] - losses[1]).mul_(tensor(_constants).unsqueeze(1)).to(points.dtype, points.device) / distance;
        return where(distance.greater(0), slopes, zeros_like(slopes));
    }

    // Algorithm 2: every feature counts its own steps.
    private static Tensor Adam(Tensor first, Tensor second, Tensor counts, Tensor places, Tensor slopes)
    {
        var mean = first.gather(1, places).mul_(FirstDecay).add_(slopes, alpha: 1 - FirstDecay);
        var square = second.gather(1, places).mul_(SecondDecay).addcmul_(slopes, slopes, 1 - SecondDecay);
        var count = counts.gather(1, places).add_(1);
        first.scatter_(1, places, mean);
        second.scatter_(1, places, square);
        counts.scatter_(1, places, count);
        var firstBias = (count * Math.Log(FirstDecay)).expm1_().neg_();
        var secondBias = (count * Math.Log(SecondDecay)).expm1_().neg_();
        return mean / firstBias / (square / secondBias).sqrt_().add_(Stabiliser);
    }

    private Tensor Inputs(Tensor points)
    {
        long[] shape = [points.shape[0], .. _inputs.shape[1..]];
        var inputs = _rows.Whole.Units.Undo(points.reshape(shape));
        if (_rows.Whole.Units.ArePlain)
        {
            return inputs;
        }

        new BoundsClamp(inputs, _rows.Whole.Classifier.Bounds).Apply_(inputs);
        return inputs;
    }
}
