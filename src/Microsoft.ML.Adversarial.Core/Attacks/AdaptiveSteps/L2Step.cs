using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Adversarial.Attacks.AdaptiveSteps;

/// <summary>A step along the gradient's direction, with momentum, in a few passes over a row that stays in the processor's cache.</summary>
internal sealed class L2Step<T>(double epsilon, T[] lower, T[] upper) : HalvingStep<T>(epsilon, lower, upper)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Copies of rows, filled up with zeros to whole vectors.
    private readonly T[] _lower = Padded(lower);
    private readonly T[] _upper = Padded(upper);
    private readonly T[] _origin = Padded(new T[lower.Length]);
    private readonly T[] _current = Padded(new T[lower.Length]);
    private readonly T[] _gradient = Padded(new T[lower.Length]);
    private readonly T[] _next = Padded(new T[lower.Length]);

    public override void Project(Span<T> point, ReadOnlySpan<T> origin)
    {
        origin.CopyTo(_origin);
        point.CopyTo(_next);
        var origins = Vectors(_origin);
        foreach (ref var block in Vectors(_next))
        {
            block -= origins[0];
            origins = origins[1..];
        }

        Shorten();
        _next.AsSpan(0, point.Length).CopyTo(point);
    }

    public override void Move(
        AscentRow row, Span<T> next, ReadOnlySpan<T> current, ReadOnlySpan<T> gradient, ReadOnlySpan<T> origin, double momentum)
    {
        origin.CopyTo(_origin);
        current.CopyTo(_current);
        gradient.CopyTo(_gradient);
        next.CopyTo(_next);
        var nexts = Vectors(_next);
        var points = Vectors(_current);
        var slopes = Vectors(_gradient);
        var origins = Vectors(_origin);
        var before = points.Length <= 64 ? stackalloc Vector512<T>[points.Length] : new Vector512<T>[points.Length];
        nexts.CopyTo(before);

        var largest = Largest(slopes);
        var lengths = Vector512.Create(largest > T.Zero ? T.CreateChecked(row.StepLength) / RelativeLength(slopes, largest) : T.Zero);
        var scales = Vector512.Create(largest > T.Zero ? largest : T.One);
        for (var block = 0; block < nexts.Length; block++)
        {
            nexts[block] = points[block] + (slopes[block] / scales * lengths) - origins[block];
        }

        Shorten();
        var (keeps, shares) = (Vector512.Create(T.CreateChecked(momentum)), Vector512.Create(T.CreateChecked(1 - momentum)));
        for (var block = 0; block < nexts.Length; block++)
        {
            var point = points[block];
            nexts[block] = point + ((nexts[block] - point) * shares) + ((point - before[block]) * keeps) - origins[block];
        }

        Shorten();
        _next.AsSpan(0, next.Length).CopyTo(next);
    }

    private static T[] Padded(T[] values)
    {
        var padded = new T[(values.Length + Vector512<T>.Count - 1) / Vector512<T>.Count * Vector512<T>.Count];
        values.CopyTo(padded, 0);
        return padded;
    }

    private static Span<Vector512<T>> Vectors(T[] values) => MemoryMarshal.Cast<T, Vector512<T>>(values.AsSpan());

    private static T Largest(ReadOnlySpan<Vector512<T>> values)
    {
        var largest = Vector512<T>.Zero;
        foreach (var block in values)
        {
            largest = Vector512.MaxNative(largest, Vector512.Abs(block));
        }

        var result = T.Zero;
        for (var element = 0; element < Vector512<T>.Count; element++)
        {
            result = T.Max(result, largest[element]);
        }

        return result;
    }

    // Squares of small gradients underflow in float32: divide by the largest component first.
    private static T RelativeLength(ReadOnlySpan<Vector512<T>> values, T largest)
    {
        var (scale, squares) = (Vector512.Create(largest), Vector512<T>.Zero);
        foreach (var block in values)
        {
            var scaled = block / scale;
            squares += scaled * scaled;
        }

        return T.Sqrt(Vector512.Sum(squares));
    }

    // The change in _next becomes no longer than ε, then a point within the bounds.
    private void Shorten()
    {
        var nexts = Vectors(_next);
        var squares = Vector512<T>.Zero;
        foreach (var block in nexts)
        {
            squares += block * block;
        }

        var length = double.Sqrt(double.CreateChecked(Vector512.Sum(squares)));
        var scales = Vector512.Create(T.CreateChecked(length > Epsilon ? Epsilon / length : 1));
        var origins = Vectors(_origin);
        var lowers = Vectors(_lower);
        var uppers = Vectors(_upper);
        for (var block = 0; block < nexts.Length; block++)
        {
            nexts[block] = Vector512.MinNative(Vector512.MaxNative(origins[block] + (nexts[block] * scales), lowers[block]), uppers[block]);
        }
    }
}
