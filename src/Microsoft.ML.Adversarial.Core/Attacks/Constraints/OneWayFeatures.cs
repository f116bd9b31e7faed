using System.Numerics;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Constraints;

/// <summary>Features that may change one way only from the row's own value.</summary>
internal sealed class OneWayFeatures
{
    private readonly FeatureSet _rising;
    private readonly FeatureSet _falling;
    private readonly Tensor _increasing;
    private readonly Tensor _decreasing;

    private OneWayFeatures(InputConstraints constraints, int features, Device device)
    {
        (_rising, _falling) = (constraints.Increasing, constraints.Decreasing);
        (_increasing, _decreasing) = (Mask(constraints.Increasing), Mask(constraints.Decreasing));

        Tensor Mask(FeatureSet set)
        {
            var isIn = new bool[features];
            foreach (var feature in set)
            {
                isIn[feature] = true;
            }

            return tensor(isIn, device: device).unsqueeze(0);
        }
    }

    /// <summary>Those of these constraints, or null if they name none.</summary>
    public static OneWayFeatures? Of(InputConstraints constraints, int features, Device device) =>
        constraints.Increasing.Count + constraints.Decreasing.Count == 0 ? null : new(constraints, features, device);

    /// <summary>The nearest values on the original's permitted side; all of shape [N, features].</summary>
    public Tensor Nearest(Tensor rows, Tensor originals)
    {
        var (increasing, decreasing) = (_increasing.to(rows.device), _decreasing.to(rows.device));
        var barred = increasing.logical_and(rows.less(originals)).logical_or_(decreasing.logical_and(rows.greater(originals)));
        return where(barred, originals, rows);
    }

    /// <summary>The nearest values of one row on the original's permitted side, in place.</summary>
    public void Restrict_<T>(Span<T> point, ReadOnlySpan<T> original)
        where T : INumber<T>
    {
        foreach (var feature in _rising)
        {
            point[feature] = point[feature] < original[feature] ? original[feature] : point[feature];
        }

        foreach (var feature in _falling)
        {
            point[feature] = point[feature] > original[feature] ? original[feature] : point[feature];
        }
    }

    /// <summary>The nearest permitted changes of one row, in place.</summary>
    public void Restrict_<T>(Span<T> changes)
        where T : INumber<T>
    {
        foreach (var feature in _rising)
        {
            changes[feature] = changes[feature] < T.Zero ? T.Zero : changes[feature];
        }

        foreach (var feature in _falling)
        {
            changes[feature] = changes[feature] > T.Zero ? T.Zero : changes[feature];
        }
    }

    /// <summary>Bounds that end at the originals on the other side; all of shape [N, features].</summary>
    public (Tensor Lower, Tensor Upper) Within(Tensor lower, Tensor upper, Tensor originals) =>
        (where(_increasing, originals, lower), where(_decreasing, originals, upper));
}
