using System.Globalization;
using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Norms;

/// <summary>
/// How the size of a perturbation is measured, row by row: L0, L1, L2, L∞ or any Lp with p &gt; 1.
/// A norm is the only code that knows p: everything else asks it to measure, to project, for a step or for a random point.
/// </summary>
public abstract class Norm : IEquatable<Norm>
{
    /// <summary>The number of features changed at all. Not a norm, but the field calls it one.</summary>
    public static Norm L0 { get; } = new L0Norm();

    /// <summary>The sum of absolute changes.</summary>
    public static Norm L1 { get; } = new L1Norm();

    /// <summary>The Euclidean length.</summary>
    public static Norm L2 { get; } = new L2Norm();

    /// <summary>The largest absolute change.</summary>
    public static Norm LInfinity { get; } = new LInfinityNorm();

    /// <summary>p: 0, 1, 2, +∞ or any finite number above 1.</summary>
    public abstract double Order { get; }

    /// <summary>The norm's short name: <c>L0</c>, <c>L1</c>, <c>L2</c>, <c>Linf</c>, <c>L1.5</c>. <see cref="Parse"/> reads it back.</summary>
    public string Name => double.IsPositiveInfinity(Order) ? "Linf" : "L" + Order.ToString(CultureInfo.InvariantCulture);

    /// <summary>The Lp norm.</summary>
    /// <param name="p">1, 2, +∞ or any number above 1.</param>
    public static Norm Lp(double p) => p switch
    {
        1 => L1,
        2 => L2,
        double.PositiveInfinity => LInfinity,
        > 1 => new LpNorm(p),
        _ => throw new ArgumentOutOfRangeException(nameof(p), p, "Expected p >= 1; for the count of changed features use Norm.L0."),
    };

    /// <summary>Reads <c>L0</c>, <c>L1</c>, <c>L2</c>, <c>Linf</c> (also <c>L∞</c>, <c>inf</c>) or <c>L1.5</c>; the case does not matter.</summary>
    public static Norm Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var order = name.Trim().TrimStart('L', 'l');
        if (order.ToUpperInvariant() is "INF" or "INFINITY" or "∞")
        {
            return LInfinity;
        }

        return double.TryParse(order, NumberStyles.Float, CultureInfo.InvariantCulture, out var p) && (p == 0 || p >= 1)
            ? p == 0 ? L0 : Lp(p)
            : throw new FormatException($"Unknown norm '{name}': expected L0, L1, L2, Linf or Lp with p > 1, such as L1.5.");
    }

    /// <summary>The size of each row's perturbation.</summary>
    /// <param name="perturbations">Shape [N, …].</param>
    /// <returns>Shape [N].</returns>
    public abstract Tensor Measure(Tensor perturbations);

    /// <summary>The nearest point, in the Euclidean sense, of the ball with radius <paramref name="epsilon"/> around 0, row by row.</summary>
    /// <param name="perturbations">Shape [N, …].</param>
    /// <param name="epsilon">Radius, at least 0.</param>
    /// <returns>Shape [N, …]; a fresh tensor.</returns>
    public abstract Tensor Project(Tensor perturbations, double epsilon);

    /// <summary>
    /// The direction of size 1 in which a function with this gradient grows fastest: U_p(g) = argmax over ‖v‖_p ≤ 1 of gᵀv (Pang et al.
    /// 2020, arXiv:2002.08619, lemma 1). Zero where the gradient is zero.
    /// </summary>
    /// <param name="gradients">Shape [N, …].</param>
    /// <returns>Shape [N, …]; a fresh tensor with gᵀU_p(g) = ‖g‖_q, 1/p + 1/q = 1.</returns>
    public abstract Tensor SteepestDirection(Tensor gradients);

    /// <summary>The norm of gradients that says how fast a step of size 1 in this norm climbs: 1/p + 1/q = 1; L∞ for L0.</summary>
    internal virtual Norm Dual => Order switch
    {
        0 or 1 => LInfinity,
        double.PositiveInfinity => L1,
        _ => Lp(Order / (Order - 1)),
    };

    /// <summary>A random point of the ball with radius <paramref name="epsilon"/>, row by row.</summary>
    /// <param name="like">Gives shape [N, …], element type and device.</param>
    /// <param name="epsilon">Radius, at least 0 and finite.</param>
    /// <param name="random">The rows' own random streams.</param>
    internal abstract Tensor Sample(Tensor like, double epsilon, RowRandom random);

    /// <summary>The inputs that a perturbation of at most <paramref name="epsilon"/> can reach without leaving the bounds.</summary>
    internal virtual PerturbationRegion Around(Tensor inputs, double epsilon, InputBounds bounds) =>
        double.IsPositiveInfinity(epsilon) ? new BoundsRegion(this, inputs, bounds) : Ball(this, inputs, epsilon, bounds, units: null);

    /// <summary>The same for a finite budget.</summary>
    /// <param name="norm">What projects and measures: this norm, or this norm in units.</param>
    /// <param name="inputs">Shape [N, …].</param>
    /// <param name="epsilon">The budget.</param>
    /// <param name="bounds">Of the inputs.</param>
    /// <param name="units">What a step of length 1 changes each feature by, shape [1, features]; null: 1.</param>
    internal virtual PerturbationRegion Ball(Norm norm, Tensor inputs, double epsilon, InputBounds bounds, Tensor? units) =>
        new BallRegion(norm, inputs, epsilon, bounds);

    /// <summary>Gradients in the units of the norm's steps.</summary>
    internal virtual Tensor Slopes(Tensor gradients) => gradients;

    /// <inheritdoc/>
    public bool Equals(Norm? other) => other is not null && other.Order.Equals(Order);

    /// <inheritdoc/>
    public sealed override bool Equals(object? obj) => Equals(obj as Norm);

    /// <inheritdoc/>
    public sealed override int GetHashCode() => Order.GetHashCode();

    /// <inheritdoc/>
    public sealed override string ToString() => Name;

    /// <summary>Throws for a radius that is negative or NaN.</summary>
    internal static void RequireRadius(double epsilon)
    {
        if (!(epsilon >= 0))
        {
            throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "Expected epsilon >= 0, in the units of the features.");
        }
    }

    /// <summary>The distance from the centre, ε·U^(1/D), of a point drawn uniformly from a ball in D dimensions; shape [N].</summary>
    private protected static Tensor RandomRadius(Tensor like, double epsilon, RowRandom random)
    {
        using var scope = NewDisposeScope();
        var features = like.numel() / like.shape[0];
        var unit = random.Uniform(like.new_empty(like.shape[0], 1), 0, 1).flatten();
        return (unit.pow(1.0 / features) * epsilon).MoveToOuterDisposeScope();
    }

    /// <summary>A value per row, shaped so that it broadcasts against the rows.</summary>
    internal static Tensor PerRow(Tensor values, Tensor rows)
    {
        long[] shape = [rows.shape[0], .. Enumerable.Repeat(1L, rows.shape.Length - 1)];
        return values.reshape(shape);
    }
}
