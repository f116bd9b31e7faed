using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Adversarial.Attacks.AdaptiveSteps;

/// <summary>
/// A step along the sign of the gradient, with momentum, in one pass over memory: as tensor operations it would cost half of a small network's
/// gradient.
/// </summary>
internal sealed class LInfinityStep<T>(double epsilon, T[] lower, T[] upper) : HalvingStep<T>(epsilon, lower, upper)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T _epsilon = T.CreateChecked(epsilon);

    public override void Project(Span<T> point, ReadOnlySpan<T> origin)
    {
        for (var feature = 0; feature < point.Length; feature++)
        {
            var (least, greatest) = Range(origin, feature);
            point[feature] = T.Clamp(point[feature], least, greatest);
        }
    }

    public override void Move(
        AscentRow row, Span<T> next, ReadOnlySpan<T> current, ReadOnlySpan<T> gradient, ReadOnlySpan<T> origin, double momentum)
    {
        var (length, keep, share) = (T.CreateChecked(row.StepLength), T.CreateChecked(momentum), T.CreateChecked(1 - momentum));
        var (lengths, keeps, shares) = (Vector512.Create(length), Vector512.Create(keep), Vector512.Create(share));
        var epsilons = Vector512.Create(_epsilon);
        var nexts = MemoryMarshal.Cast<T, Vector512<T>>(next);
        var points = MemoryMarshal.Cast<T, Vector512<T>>(current)[..nexts.Length];
        var slopes = MemoryMarshal.Cast<T, Vector512<T>>(gradient)[..nexts.Length];
        var origins = MemoryMarshal.Cast<T, Vector512<T>>(origin)[..nexts.Length];
        var lowers = MemoryMarshal.Cast<T, Vector512<T>>(Lower)[..nexts.Length];
        var uppers = MemoryMarshal.Cast<T, Vector512<T>>(Upper)[..nexts.Length];
        for (var block = 0; block < nexts.Length; block++)
        {
            var (point, slope) = (points[block], slopes[block]);
            var least = Vector512.MaxNative(origins[block] - epsilons, lowers[block]);
            var greatest = Vector512.MinNative(origins[block] + epsilons, uppers[block]);
            var up = Vector512.ConditionalSelect(Vector512.GreaterThan(slope, Vector512<T>.Zero), lengths, Vector512<T>.Zero);
            var step = Vector512.ConditionalSelect(Vector512.LessThan(slope, Vector512<T>.Zero), -lengths, up);
            var stepped = Vector512.MinNative(Vector512.MaxNative(point + step, least), greatest);
            var moved = point + ((stepped - point) * shares) + ((point - nexts[block]) * keeps);
            nexts[block] = Vector512.MinNative(Vector512.MaxNative(moved, least), greatest);
        }

        for (var feature = nexts.Length * Vector512<T>.Count; feature < next.Length; feature++)
        {
            var (point, slope) = (current[feature], gradient[feature]);
            var (least, greatest) = Range(origin, feature);
            var step = slope > T.Zero ? length : slope < T.Zero ? -length : T.Zero;
            var stepped = T.Clamp(point + step, least, greatest);
            next[feature] = T.Clamp(point + ((stepped - point) * share) + ((point - next[feature]) * keep), least, greatest);
        }
    }

    private (T Least, T Greatest) Range(ReadOnlySpan<T> origin, int feature) =>
        (T.Max(origin[feature] - _epsilon, Lower[feature]), T.Min(origin[feature] + _epsilon, Upper[feature]));
}
