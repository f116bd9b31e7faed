using System.Numerics;
using System.Runtime.Intrinsics;
using Microsoft.ML.Adversarial.Attacks.Constraints;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm.CarliniWagner;

/// <summary>
/// Rows x = m + h·tanh(w) that Adam (Kingma &amp; Ba 2015, arXiv:1412.6980, algorithm 1) moves in w, so that no feature leaves its bounds m ± h
/// (Carlini &amp; Wagner 2017, arXiv:1608.04644, section V.A).
/// </summary>
/// <typeparam name="T">Single or Double.</typeparam>
internal abstract class TanhRows<T> : DescentRows<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double FirstDecay = 0.9;
    private const double SecondDecay = 0.999;
    private const double Stabiliser = 1e-8;

    private readonly FeatureRange<T> _range;
    private readonly T[] _weights;
    private readonly T[] _bends;
    private readonly T[] _firstMoments;
    private readonly T[] _secondMoments;

    protected TanhRows(Tensor starts, Tensor originals, BudgetUnits units)
        : base(starts, originals, units)
    {
        _range = new(units.InputBounds(Features), Features);
        (_weights, _bends, _firstMoments, _secondMoments) = (Block(Features), Block(Features), Block(Features), Block(Features));
        var positions = Positions;
        for (var index = 0; index < _weights.Length; index++)
        {
            _weights[index] = _range.WeightOf(positions[index], index % Features);
            _bends[index] = _range.BendOf(_weights[index], index % Features);
        }
    }

    /// <summary>Adds the slope of D to that of c·f.</summary>
    protected abstract void AddSlope(int row, ReadOnlySpan<T> position, Span<T> gradient);

    protected override void Move(int row, Span<T> position, Span<T> gradient, int iteration, double rate)
    {
        AddSlope(row, position, gradient);
        Step(row, position, gradient, iteration + 1, rate);
    }

    private void Step(int row, Span<T> position, ReadOnlySpan<T> gradient, int step, double length)
    {
        var weights = Row(_weights, row);
        var bends = Row(_bends, row);
        var firstMoments = Row(_firstMoments, row);
        var secondMoments = Row(_secondMoments, row);
        var (keepFirst, keepSecond) = (Lanes<T>.Of(FirstDecay), Lanes<T>.Of(SecondDecay));
        var rate = Lanes<T>.Of(length / (1 - Math.Pow(FirstDecay, step)));
        var correction = Lanes<T>.Of(1 / Math.Sqrt(1 - Math.Pow(SecondDecay, step)));
        var stabiliser = Lanes<T>.Of(Stabiliser);
        for (var start = 0; start < weights.Length; start += Lanes<T>.Count)
        {
            var half = Lanes<T>.Load(_range.Halves, start);
            var slope = Lanes<T>.Load(gradient, start) * half * Lanes<T>.Load(bends, start);
            var first = slope + (keepFirst * (Lanes<T>.Load(firstMoments, start) - slope));
            var square = slope * slope;
            var second = square + (keepSecond * (Lanes<T>.Load(secondMoments, start) - square));
            var weight = Lanes<T>.Load(weights, start) - (rate * first / ((Vector512.Sqrt(second) * correction) + stabiliser));
            weight = Lanes<T>.Clamp(weight, Lanes<T>.Load(_range.Lowest, start), Lanes<T>.Load(_range.Highest, start));

            // With e = exp(−2|w|), tanh w = ±(1 − e)/(1 + e), and its slope 4e/(1 + e)² stays exact where tanh itself rounds to 1.
            var linear = Vector512.GreaterThan(Lanes<T>.Load(_range.Linear, start), Vector512<T>.Zero);
            var decay = Lanes<T>.Exp(Lanes<T>.Of(-2) * Vector512.Abs(weight));
            var share = Vector512<T>.One / (Vector512<T>.One + decay);
            var tanh = Vector512.CopySign((Vector512<T>.One - decay) * share, weight);
            var value = Lanes<T>.Load(_range.Centres, start) + (half * Vector512.ConditionalSelect(linear, weight, tanh));
            Lanes<T>.Store(weight, weights, start);
            Lanes<T>.Store(Vector512.ConditionalSelect(linear, Vector512<T>.One, Lanes<T>.Of(4) * decay * share * share), bends, start);
            Lanes<T>.Store(first, firstMoments, start);
            Lanes<T>.Store(second, secondMoments, start);
            Lanes<T>.Store(value, position, start);
        }
    }
}
