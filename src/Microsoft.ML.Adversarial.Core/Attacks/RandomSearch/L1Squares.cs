using System.Numerics;
using Microsoft.ML.Adversarial.Norms;

namespace Microsoft.ML.Adversarial.Attacks.RandomSearch;

/// <summary>Steep bumps that share out lengths, projected exactly onto the ball and the bounds (arXiv:2103.01208, section 4).</summary>
internal sealed class L1Squares<T>(double epsilon, ImageShape shape, T[] lower, T[] upper) : BumpSquares<T>(shape, power: 4)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly L1BoxProjection<T> _projection = new(lower, upper);

    protected override double Length(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        foreach (var value in values)
        {
            sum += Math.Abs(value);
        }

        return sum;
    }

    protected override double Budget(double used, double freed) => Math.Max(epsilon - used, 0) + (freed * Shape.Channels);

    protected override void Apply(ReadOnlySpan<double> change, Span<T> point, ReadOnlySpan<T> origin)
    {
        for (var feature = 0; feature < point.Length; feature++)
        {
            point[feature] = origin[feature] + T.CreateChecked(change[feature]);
        }

        _projection.Apply(point, origin, epsilon);
    }
}
