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

    /// <summary>
    /// The same, without what one-way features and linear constraints keep the inputs from following, if what they do is to grow with these gradients.
    /// </summary>
    /// <param name="gradients">With respect to inputs, shape [N, …].</param>
    /// <param name="inputs">Where the inputs are, in the same shape.</param>
    /// <param name="originals">Where they came from, likewise.</param>
    public Tensor Slopes(Tensor gradients, Tensor inputs, Tensor originals)
    {
        if (valid is null)
        {
            return gradients;
        }

        using var scope = NewDisposeScope();
        return Slopes(valid.Open(gradients, inputs, originals)).MoveToOuterDisposeScope();
    }

    /// <summary>Gradients that inputs can follow, in their own units.</summary>
    /// <inheritdoc cref="Slopes(Tensor, Tensor, Tensor)"/>
    public Tensor Open(Tensor gradients, Tensor inputs, Tensor originals) => valid?.Open(gradients, inputs, originals) ?? gradients;

    /// <summary>Which of these features may change at all; shape [N, …], Bool.</summary>
    public Tensor Free(Tensor features) => valid is null ? features : features.flatten(1).logical_and(valid.Free).reshape(features.shape);

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
