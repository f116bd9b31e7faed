using System.Numerics;
using Microsoft.ML.Adversarial.Norms;

namespace Microsoft.ML.Adversarial.Attacks.AdaptiveSteps;

/// <summary>
/// A step of equal length along the features with the largest gradients, projected exactly onto the ball and the bounds. How many features
/// follows from how many the best point changes; there is no momentum (arXiv:2103.01208, algorithm 1).
/// </summary>
internal sealed class L1Step<T>(double epsilon, T[] lower, T[] upper) : AdaptiveStep<T>(epsilon, lower, upper)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double CheckpointShare = 0.04;
    private const double SparsityFactor = 1.5;
    private const double StepFactor = 1.5;
    private const double LargestShortening = 10;
    private const double FewerChanged = 0.95;

    private readonly L1BoxProjection<T> _projection = new(lower, upper);
    private readonly T[] _magnitudes = new T[lower.Length];

    public override IEnumerable<int> Checkpoints(int iterations)
    {
        var steps = Math.Max((int)(CheckpointShare * iterations), 1);
        for (var taken = steps; taken < iterations; taken += steps)
        {
            yield return taken;
        }
    }

    public override void Begin(AscentRow row, ReadOnlySpan<T> start, ReadOnlySpan<T> origin)
    {
        row.StepLength = Epsilon;
        Count(row, start, origin);
    }

    public override void Project(Span<T> point, ReadOnlySpan<T> origin) => _projection.Apply(point, origin, Epsilon);

    public override void Move(
        AscentRow row, Span<T> next, ReadOnlySpan<T> current, ReadOnlySpan<T> gradient, ReadOnlySpan<T> origin, double momentum)
    {
        current.CopyTo(next);
        var smallest = T.Max(SmallestOfLargest(gradient, row.StepFeatures), T.Epsilon);
        var count = 0;
        foreach (var slope in gradient)
        {
            count += T.Abs(slope) >= smallest ? 1 : 0;
        }

        var length = T.CreateChecked(row.StepLength / Math.Max(count, 1));
        for (var feature = 0; feature < next.Length; feature++)
        {
            var slope = gradient[feature];
            next[feature] += slope >= smallest ? length : slope <= -smallest ? -length : T.Zero;
        }

        Project(next, origin);
    }

    public override bool Adapt(AscentRow row, int steps, double rho, ReadOnlySpan<T> best, ReadOnlySpan<T> origin)
    {
        var changed = row.ChangedFeatures;
        Count(row, best, origin);
        var sparser = row.ChangedFeatures < FewerChanged * changed;
        row.StepLength = sparser ? Epsilon : Math.Max(row.StepLength / StepFactor, Epsilon / LargestShortening);
        return sparser;
    }

    private static void Count(AscentRow row, ReadOnlySpan<T> point, ReadOnlySpan<T> origin)
    {
        var changed = 0;
        for (var feature = 0; feature < point.Length; feature++)
        {
            changed += point[feature] == origin[feature] ? 0 : 1;
        }

        row.ChangedFeatures = changed;
        row.StepFeatures = Math.Clamp((int)Math.Ceiling(changed / SparsityFactor), 1, point.Length);
    }

    // The magnitude that so many features of the gradient reach, by Hoare's selection.
    private T SmallestOfLargest(ReadOnlySpan<T> gradient, int count)
    {
        for (var feature = 0; feature < gradient.Length; feature++)
        {
            // A NaN would be in no order.
            _magnitudes[feature] = T.IsNaN(gradient[feature]) ? T.Zero : T.Abs(gradient[feature]);
        }

        var (first, last, wanted) = (0, gradient.Length - 1, gradient.Length - count);
        while (first < last)
        {
            var pivot = _magnitudes[wanted];
            var (left, right) = (first, last);
            while (left <= right)
            {
                while (_magnitudes[left] < pivot)
                {
                    left++;
                }

                while (_magnitudes[right] > pivot)
                {
                    right--;
                }

                if (left <= right)
                {
                    (_magnitudes[left], _magnitudes[right]) = (_magnitudes[right], _magnitudes[left]);
                    left++;
                    right--;
                }
            }

            (first, last) = (right < wanted ? left : first, wanted < left ? right : last);
        }

        return _magnitudes[wanted];
    }
}
