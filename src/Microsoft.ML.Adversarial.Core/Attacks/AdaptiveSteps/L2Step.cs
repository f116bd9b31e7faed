using System.Numerics;
using System.Runtime.Intrinsics;
using Microsoft.ML.Adversarial.Norms;

namespace Microsoft.ML.Adversarial.Attacks.AdaptiveSteps;

/// <summary>A step along the gradient's direction, with momentum, in a few passes over a row that stays in the processor's cache.</summary>
internal sealed class L2Step<T>(double epsilon, T[] lower, T[] upper) : HalvingStep<T>(epsilon, lower, upper)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PaddedRow<T> _lower = PaddedRow<T>.Of(lower);
    private readonly PaddedRow<T> _upper = PaddedRow<T>.Of(upper);
    private readonly PaddedRow<T> _origin = new(lower.Length);
    private readonly PaddedRow<T> _current = new(lower.Length);
    private readonly PaddedRow<T> _previous = new(lower.Length);
    private readonly PaddedRow<T> _gradient = new(lower.Length);
    private readonly PaddedRow<T> _next = new(lower.Length);

    public override void Project(Span<T> point, ReadOnlySpan<T> origin)
    {
        _origin.Load(origin);
        _next.Load(point);
        var nexts = _next.Vectors;
        var origins = _origin.Vectors;
        var squares = Vector512<T>.Zero;
        for (var block = 0; block < nexts.Length; block++)
        {
            var change = nexts[block] - origins[block];
            nexts[block] = change;
            squares += change * change;
        }

        Shorten(squares);
        _next.Store(point);
    }

    public override void Move(
        AscentRow row, Span<T> next, ReadOnlySpan<T> current, ReadOnlySpan<T> gradient, ReadOnlySpan<T> origin, double momentum)
    {
        _origin.Load(origin);
        _current.Load(current);
        _previous.Load(next);
        _gradient.Load(gradient);
        var nexts = _next.Vectors;
        var points = _current.Vectors;
        var before = _previous.Vectors;
        var slopes = _gradient.Vectors;
        var origins = _origin.Vectors;

        var units = Vector512.Create(Unit(_gradient.Largest));
        var scales = Vector512.Create(StepScale(units, row.StepLength));
        var squares = Vector512<T>.Zero;
        for (var block = 0; block < nexts.Length; block++)
        {
            var change = points[block] + (slopes[block] * units * scales) - origins[block];
            nexts[block] = change;
            squares += change * change;
        }

        Shorten(squares);
        var keeps = Vector512.Create(T.CreateChecked(momentum));
        var shares = Vector512.Create(T.CreateChecked(1 - momentum));
        squares = Vector512<T>.Zero;
        for (var block = 0; block < nexts.Length; block++)
        {
            var point = points[block];
            var change = point + ((nexts[block] - point) * shares) + ((point - before[block]) * keeps) - origins[block];
            nexts[block] = change;
            squares += change * change;
        }

        Shorten(squares);
        _next.Store(next);
    }

    // Squares of small gradients underflow in float32: they are taken relative to the largest component.
    private static T Unit(T largest) => T.One / (largest > Smallest ? largest : largest > T.Zero ? Smallest : T.One);

    private static T Smallest => typeof(T) == typeof(double) ? T.CreateChecked(1e-300) : T.CreateChecked(1e-37);

    // What a relative gradient is multiplied by to be of the step's length; 0 where there is no gradient.
    private T StepScale(Vector512<T> units, double length)
    {
        var squares = Vector512<T>.Zero;
        foreach (var block in _gradient.Vectors)
        {
            var scaled = block * units;
            squares += scaled * scaled;
        }

        var sum = double.CreateChecked(Vector512.Sum(squares));
        return sum > 0 ? T.CreateChecked(length / Math.Sqrt(sum)) : T.Zero;
    }

    // The change in _next becomes no longer than ε, then a point within the bounds.
    private void Shorten(Vector512<T> squares)
    {
        var length = Math.Sqrt(double.CreateChecked(Vector512.Sum(squares)));
        var scales = Vector512.Create(T.CreateChecked(length > Epsilon ? Epsilon / length : 1));
        var nexts = _next.Vectors;
        var origins = _origin.Vectors;
        var lowers = _lower.Vectors;
        var uppers = _upper.Vectors;
        for (var block = 0; block < nexts.Length; block++)
        {
            nexts[block] = Vector512.MinNative(Vector512.MaxNative(origins[block] + (nexts[block] * scales), lowers[block]), uppers[block]);
        }
    }
}
