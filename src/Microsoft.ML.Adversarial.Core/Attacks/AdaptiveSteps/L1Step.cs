using System.Numerics;
using System.Runtime.Intrinsics;
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
    private readonly PaddedRow<T> _gradient = new(lower.Length);
    private readonly PaddedRow<T> _next = new(lower.Length);

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
        CountChanges(row, start, origin);
    }

    public override void Project(Span<T> point, ReadOnlySpan<T> origin) => _projection.Apply(point, origin, Epsilon);

    public override void Move(
        AscentRow row, Span<T> next, ReadOnlySpan<T> current, ReadOnlySpan<T> gradient, ReadOnlySpan<T> origin, double momentum)
    {
        _gradient.Load(gradient);
        _next.Load(current);
        var (threshold, count) = Threshold(row.StepFeatures);
        var (above, below) = (Vector512.Create(threshold), Vector512.Create(-threshold));
        var length = T.CreateChecked(row.StepLength / Math.Max(count, 1));
        var (ups, downs) = (Vector512.Create(length), Vector512.Create(-length));
        var slopes = _gradient.Vectors;
        var nexts = _next.Vectors;
        for (var block = 0; block < nexts.Length; block++)
        {
            var rises = Vector512.GreaterThanOrEqual(slopes[block], above) & ups;
            var falls = Vector512.LessThanOrEqual(slopes[block], below) & downs;
            nexts[block] += rises + falls;
        }

        _next.Store(next);
        Project(next, origin);
    }

    public override bool Adapt(AscentRow row, int steps, double rho, ReadOnlySpan<T> best, ReadOnlySpan<T> origin)
    {
        var changed = row.ChangedFeatures;
        CountChanges(row, best, origin);
        var sparser = row.ChangedFeatures < FewerChanged * changed;
        row.StepLength = sparser ? Epsilon : Math.Max(row.StepLength / StepFactor, Epsilon / LargestShortening);
        return sparser;
    }

    private static void CountChanges(AscentRow row, ReadOnlySpan<T> point, ReadOnlySpan<T> origin)
    {
        var changed = 0;
        for (var feature = 0; feature < point.Length; feature++)
        {
            changed += point[feature] == origin[feature] ? 0 : 1;
        }

        row.ChangedFeatures = changed;
        row.StepFeatures = Math.Clamp((int)Math.Ceiling(changed / SparsityFactor), 1, point.Length);
    }

    // A magnitude that so many components of the gradient reach, and how many do: more where some are equal. By bisection: a count takes a
    // hundredth of what sorting does.
    private (T Threshold, int Count) Threshold(int wanted)
    {
        var (least, greatest) = (T.Zero, _gradient.Largest);
        var (threshold, count) = (greatest, Count(greatest));
        while (count != wanted)
        {
            (least, greatest) = count > wanted ? (threshold, greatest) : (least, threshold);
            var middle = least + ((greatest - least) / T.CreateChecked(2));
            if (!(middle > least && middle < greatest))
            {
                // No number lies between: the components at the lower end are equal. Zeros and NaN are no components to step along.
                threshold = least > T.Zero ? least : greatest > T.Zero ? greatest : T.One;
                return (threshold, Count(threshold));
            }

            (threshold, count) = (middle, Count(middle));
        }

        return (threshold, count);
    }

    private int Count(T threshold)
    {
        var (thresholds, count) = (Vector512.Create(threshold), Vector512<T>.Zero);
        foreach (var block in _gradient.Vectors)
        {
            count += Vector512.GreaterThanOrEqual(Vector512.Abs(block), thresholds) & Vector512<T>.One;
        }

        return int.CreateChecked(Vector512.Sum(count));
    }
}
