using System.Numerics;
using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Constraints;

/// <summary>
/// Inputs in the units of each feature's own budget, y = x/s, where the ball is the plain one: what methods work in that know the ball and the
/// bounds themselves. Without constraints everything stays as it is.
/// </summary>
internal sealed class BudgetUnits(ValidInputs? valid, InputBounds bounds)
{
    /// <summary>Whether they are those of the inputs.</summary>
    public bool ArePlain => valid is null;

    /// <summary>Inputs in these units, shape [N, …].</summary>
    public Tensor Of(Tensor inputs) => valid is null ? inputs : (inputs.flatten(1) / valid.Reach).reshape(inputs.shape);

    /// <summary>Inputs from these units, shape [N, …].</summary>
    public Tensor Undo(Tensor points) => valid is null ? points : (points.flatten(1) * valid.Reach).reshape(points.shape);

    /// <summary>Gradients with respect to inputs in these units, 0 for features that may not change; shape [N, …].</summary>
    public Tensor Slopes(Tensor gradients)
    {
        if (valid is null)
        {
            return gradients;
        }

        using var scope = NewDisposeScope();
        return Undo(valid.Slopes(gradients)).MoveToOuterDisposeScope();
    }

    /// <summary>Which of these features may change at all; shape [N, …], Bool.</summary>
    public Tensor Free(Tensor features) => valid is null ? features : features.flatten(1).logical_and(valid.Free).reshape(features.shape);

    /// <summary>Directions without what features that change one way only may not follow from where the points are; all in any one units.</summary>
    public Tensor Open(Tensor directions, Tensor points, Tensor originals) => valid?.Open(directions, points, originals) ?? directions;

    /// <inheritdoc cref="OneWayFeatures.Open_"/>
    public void Open_<T>(Span<T> directions, int sign, ReadOnlySpan<T> point, ReadOnlySpan<T> original)
        where T : INumber<T> => valid?.OneWay?.Open_(directions, sign, point, original);

    /// <inheritdoc cref="OneWayFeatures.Restrict_{T}(Span{T}, ReadOnlySpan{T})"/>
    public void Restrict_<T>(Span<T> point, ReadOnlySpan<T> original)
        where T : INumber<T> => valid?.OneWay?.Restrict_(point, original);

    /// <inheritdoc cref="OneWayFeatures.Restrict_{T}(Span{T})"/>
    public void Restrict_<T>(Span<T> changes)
        where T : INumber<T> => valid?.OneWay?.Restrict_(changes);

    /// <summary>Gives features that may not change, or not the way they did, their original values, in place; both in these units.</summary>
    public void Restrict_(Tensor points, Tensor originals) => valid?.Restrict_(points, originals);

    /// <summary>The input bounds in these units.</summary>
    public InputBounds InputBounds(int features)
    {
        if (valid is null)
        {
            return bounds;
        }

        var (lower, upper) = Bounds<float>(features);
        return new(lower, upper);
    }

    /// <summary>The input bounds in these units, a pair per feature.</summary>
    public (T[] Lower, T[] Upper) Bounds<T>(int features)
        where T : INumberBase<T>
    {
        var (lower, upper) = bounds.ToArrays<T>(features);
        if (valid is null)
        {
            return (lower, upper);
        }

        using var reach = valid.Reach.to(ScalarType.Float64, CPU).contiguous();
        var units = reach.data<double>().ToArray();
        return ([.. lower.Zip(units, Divided)], [.. upper.Zip(units, Divided)]);

        static T Divided(T bound, double unit) => bound / T.CreateChecked(unit);
    }
}
