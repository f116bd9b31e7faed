using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Certification;

/// <summary>Two tensors between which others lie, element by element: a box for each row.</summary>
/// <param name="Lower">Shape [N, …].</param>
/// <param name="Upper">As <paramref name="Lower"/>, and nowhere below it.</param>
public readonly record struct IntervalBounds(Tensor Lower, Tensor Upper)
{
    /// <summary>The inputs within ε in L∞ that lie inside the bounds: [x − ε, x + ε] ∩ [lower, upper].</summary>
    /// <param name="inputs">Shape [N, …], inside the bounds; left as found.</param>
    /// <param name="epsilon">ε in the units of the features; at least 0 and finite.</param>
    /// <param name="bounds">The values that inputs may take.</param>
    /// <returns>Fresh tensors in the shape, type and device of the inputs, without a graph.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="epsilon"/> is out of its range.</exception>
    public static IntervalBounds Around(Tensor inputs, double epsilon, InputBounds bounds)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(bounds);
        IntervalCertificate.RequireEpsilon(epsilon, nameof(epsilon));
        using var scope = NewDisposeScope();
        return Around(inputs, tensor(epsilon, inputs.dtype, inputs.device), bounds, rounding: 0).MoveToOuterDisposeScope();
    }

    /// <summary>The middle of each interval.</summary>
    internal Tensor Centre => (Lower + Upper) / 2;

    /// <summary>Half the length of each interval.</summary>
    internal Tensor Radius => (Upper - Lower) / 2;

    /// <summary>The largest absolute value in each interval.</summary>
    internal Tensor Magnitude => maximum(Lower.abs(), Upper.abs());

    /// <param name="inputs">Shape [N, …].</param>
    /// <param name="epsilon">A number, or one per row, of a shape that broadcasts.</param>
    /// <param name="bounds">The values that inputs may take.</param>
    /// <param name="rounding">The unit roundoff in which others compute x ± ε, by which the box grows.</param>
    internal static IntervalBounds Around(Tensor inputs, Tensor epsilon, InputBounds bounds, double rounding)
    {
        var rows = inputs.detach();
        var (lower, upper) = bounds.ToTensors(rows);
        var reach = epsilon + (2 * rounding * (rows.abs() + epsilon));
        return new(maximum(rows - reach, lower), minimum(rows + reach, upper));
    }

    /// <summary>The bounds of a function that never falls.</summary>
    internal IntervalBounds Through(Func<Tensor, Tensor> monotone) => new(monotone(Lower), monotone(Upper));

    /// <summary>Grown by a margin on both sides.</summary>
    internal IntervalBounds Widened(Tensor margin) => new(Lower - margin, Upper + margin);

    internal IntervalBounds MoveToOuterDisposeScope() => new(Lower.MoveToOuterDisposeScope(), Upper.MoveToOuterDisposeScope());
}
