using System.Numerics;

namespace Microsoft.ML.Adversarial.Attacks.RandomSearch;

/// <summary>Bumps that share out squared lengths; every change is as long as ε before it is clamped to the bounds.</summary>
internal sealed class L2Squares<T>(double epsilon, ImageShape shape, T[] lower, T[] upper) : BumpSquares<T>(shape, power: 2)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    protected override double Length(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        foreach (var value in values)
        {
            sum += value * value;
        }

        return Math.Sqrt(sum);
    }

    protected override double Budget(double used, double freed) =>
        Math.Sqrt((Math.Max((epsilon * epsilon) - (used * used), 0) / Shape.Channels) + (freed * freed));

    protected override void Apply(ReadOnlySpan<double> change, Span<T> point, ReadOnlySpan<T> origin)
    {
        var length = Length(change);
        var scale = length == 0 ? 0 : epsilon / length;
        for (var feature = 0; feature < point.Length; feature++)
        {
            point[feature] = T.Clamp(origin[feature] + T.CreateChecked(change[feature] * scale), lower[feature], upper[feature]);
        }
    }
}
