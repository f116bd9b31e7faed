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
    private readonly T[] _firstMoments;
    private readonly T[] _secondMoments;

    protected TanhRows(Tensor starts, Tensor originals, BudgetUnits units)
        : base(starts, originals, units)
    {
        _range = new(units.InputBounds(Features), Features);
        (_weights, _firstMoments, _secondMoments) = (Block(Features), Block(Features), Block(Features));
        var positions = Positions;
        for (var index = 0; index < _weights.Length; index++)
        {
            _weights[index] = _range.WeightOf(positions[index], index % Features);
        }
    }

    /// <summary>Adds the slope of D to that of c·f.</summary>
    protected abstract void AddSlope(int row, ReadOnlySpan<T> position, Span<T> gradient);

    protected override void Move(int row, Span<T> position, Span<T> gradient, int iteration, double rate)
    {
        AddSlope(row, position, gradient);
        Descend(row, gradient, iteration + 1, rate);
        Place(row, position);
    }

    // Adam. Two loops: in one, the compiler gives up on inlining.
    private void Descend(int row, ReadOnlySpan<T> gradient, int step, double length)
    {
        var weights = Row(_weights, row);
        var firstMoments = Row(_firstMoments, row);
        var secondMoments = Row(_secondMoments, row);
        var (keepFirst, keepSecond) = (Lanes<T>.Of(FirstDecay), Lanes<T>.Of(SecondDecay));
        var rate = Lanes<T>.Of(length / (1 - Math.Pow(FirstDecay, step)));
        var correction = Lanes<T>.Of(1 / Math.Sqrt(1 - Math.Pow(SecondDecay, step)));
        var stabiliser = Lanes<T>.Of(Stabiliser);
        var (one, minusTwo, four) = (Vector512<T>.One, Lanes<T>.Of(-2), Lanes<T>.Of(4));
        for (var start = 0; start < weights.Length; start += Lanes<T>.Count)
        {
            // With e = exp(−2|w|), the slope of tanh is 4e/(1 + e)², exact where tanh itself rounds to 1. Kept from the last step it would cost
            // more: what all rows keep does not fit into the cache.
            var weight = Lanes<T>.Load(weights, start);
            var decay = Lanes<T>.Exp(minusTwo * Vector512.Abs(weight));
            var share = one / (one + decay);
            var linear = Vector512.GreaterThan(Lanes<T>.Load(_range.Linear, start), Vector512<T>.Zero);
            var bend = Lanes<T>.Load(_range.Halves, start) * Vector512.ConditionalSelect(linear, one, four * decay * share * share);
            var slope = Lanes<T>.Load(gradient, start) * bend;
            var first = slope + (keepFirst * (Lanes<T>.Load(firstMoments, start) - slope));
            var square = slope * slope;
            var second = square + (keepSecond * (Lanes<T>.Load(secondMoments, start) - square));
            weight -= rate * first / ((Vector512.Sqrt(second) * correction) + stabiliser);
            Lanes<T>.Store(weight, weights, start);
            Lanes<T>.Store(first, firstMoments, start);
            Lanes<T>.Store(second, secondMoments, start);
        }
    }

    private void Place(int row, Span<T> position)
    {
        var weights = Row(_weights, row);
        var (one, minusTwo) = (Vector512<T>.One, Lanes<T>.Of(-2));
        for (var start = 0; start < position.Length; start += Lanes<T>.Count)
        {
            var weight = Lanes<T>.Load(weights, start);
            weight = Lanes<T>.Clamp(weight, Lanes<T>.Load(_range.Lowest, start), Lanes<T>.Load(_range.Highest, start));
            var decay = Lanes<T>.Exp(minusTwo * Vector512.Abs(weight));
            var tanh = Vector512.CopySign((one - decay) / (one + decay), weight);
            var linear = Vector512.GreaterThan(Lanes<T>.Load(_range.Linear, start), Vector512<T>.Zero);
            var half = Lanes<T>.Load(_range.Halves, start);
            Lanes<T>.Store(weight, weights, start);
            Lanes<T>.Store(Lanes<T>.Load(_range.Centres, start) + (half * Vector512.ConditionalSelect(linear, weight, tanh)), position, start);
        }
    }
}
