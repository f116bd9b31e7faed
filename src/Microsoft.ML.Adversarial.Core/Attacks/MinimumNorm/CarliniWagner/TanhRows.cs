using System.Numerics;
using System.Runtime.Intrinsics;
using Microsoft.ML.Adversarial.Attacks.Constraints;
using Microsoft.ML.Adversarial.Norms.Rows;
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
    private readonly PaddedRows<T> _weights;
    private readonly PaddedRows<T> _bends;
    private readonly PaddedRows<T> _firstMoments;
    private readonly PaddedRows<T> _secondMoments;

    protected TanhRows(Tensor starts, Tensor originals, BudgetUnits units)
        : base(starts, originals, units)
    {
        _range = new(units.InputBounds(Features), Features);
        (_weights, _bends, _firstMoments, _secondMoments) = (Block(), Block(), Block(), Block());
        for (var row = 0; row < starts.shape[0]; row++)
        {
            _range.FillWeights(Positions[row], _weights[row]);
            _range.FillSlopes(_weights[row], _bends[row]);
        }
    }

    /// <summary>Adds the slope of D to that of c·f.</summary>
    protected abstract void AddSlope(int row, Span<Vector512<T>> gradient);

    protected override void Move(int row, Span<Vector512<T>> gradient, int iteration, double rate)
    {
        AddSlope(row, gradient);
        Descend(row, gradient, iteration + 1, rate);
        Place(row);
    }

    private void Descend(int row, ReadOnlySpan<Vector512<T>> gradient, int step, double length)
    {
        var (keepFirst, keepSecond) = (Lanes<T>.Of(FirstDecay), Lanes<T>.Of(SecondDecay));
        var rate = Lanes<T>.Of(length / (1 - Math.Pow(FirstDecay, step)));
        var correction = Lanes<T>.Of(1 / Math.Sqrt(1 - Math.Pow(SecondDecay, step)));
        var stabiliser = Lanes<T>.Of(Stabiliser);
        var weights = _weights[row];
        var firstMoments = _firstMoments[row][..weights.Length];
        var secondMoments = _secondMoments[row][..weights.Length];
        var bends = _bends[row][..weights.Length];
        gradient = gradient[..weights.Length];
        for (var block = 0; block < weights.Length; block++)
        {
            var slope = gradient[block] * bends[block];
            var first = slope + (keepFirst * (firstMoments[block] - slope));
            var square = slope * slope;
            var second = square + (keepSecond * (secondMoments[block] - square));
            weights[block] -= rate * first / ((Vector512.Sqrt(second) * correction) + stabiliser);
            firstMoments[block] = first;
            secondMoments[block] = second;
        }
    }

    private void Place(int row)
    {
        var weights = _weights[row];
        var bends = _bends[row][..weights.Length];
        var positions = Positions[row][..weights.Length];
        var centres = _range.Centres[..weights.Length];
        var halves = _range.Halves[..weights.Length];
        var linear = _range.Linear[..weights.Length];
        var lowest = _range.Lowest[..weights.Length];
        var highest = _range.Highest[..weights.Length];
        for (var block = 0; block < weights.Length; block++)
        {
            var weight = Lanes<T>.Clamp(weights[block], lowest[block], highest[block]);
            var (tanh, slope) = Lanes<T>.Tanh(weight);
            var isLinear = Vector512.GreaterThan(linear[block], Vector512<T>.Zero);
            bends[block] = halves[block] * Vector512.ConditionalSelect(isLinear, Vector512<T>.One, slope);
            positions[block] = centres[block] + (halves[block] * Vector512.ConditionalSelect(isLinear, weight, tanh));
            weights[block] = weight;
        }
    }
}
