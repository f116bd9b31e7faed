using System.Numerics;
using Microsoft.ML.Adversarial.Norms;

namespace Microsoft.ML.Adversarial.Attacks.AdaptiveSteps;

/// <summary>How Auto-PGD steps in one norm, row by row, and what happens to a row's step at checkpoints.</summary>
/// <typeparam name="T">Element type of the inputs.</typeparam>
/// <param name="epsilon">Radius of the ball.</param>
/// <param name="lower">Lower input bounds, one per feature.</param>
/// <param name="upper">Upper input bounds, one per feature.</param>
internal abstract class AdaptiveStep<T>(double epsilon, T[] lower, T[] upper)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The steps of a norm.</summary>
    /// <param name="norm">L∞, L2 or L1.</param>
    /// <param name="epsilon">Radius of the ball.</param>
    /// <param name="bounds">Input bounds, a pair per feature.</param>
    public static AdaptiveStep<T> For(Norm norm, double epsilon, (T[] Lower, T[] Upper) bounds) => norm.Order switch
    {
        1 => new L1Step<T>(epsilon, bounds.Lower, bounds.Upper),
        2 => new L2Step<T>(epsilon, bounds.Lower, bounds.Upper),
        _ => new LInfinityStep<T>(epsilon, bounds.Lower, bounds.Upper),
    };

    protected double Epsilon { get; } = epsilon;

    protected ReadOnlySpan<T> Lower => lower;

    protected ReadOnlySpan<T> Upper => upper;

    /// <summary>After how many steps of so many checkpoints come, in rising order.</summary>
    public abstract IEnumerable<int> Checkpoints(int iterations);

    /// <summary>Prepares a row for its first step.</summary>
    /// <param name="row">What is remembered of it.</param>
    /// <param name="start">Where it starts.</param>
    /// <param name="origin">The centre of the ball.</param>
    public abstract void Begin(AscentRow row, ReadOnlySpan<T> start, ReadOnlySpan<T> origin);

    /// <summary>Brings a point into the ball and the bounds.</summary>
    public abstract void Project(Span<T> point, ReadOnlySpan<T> origin);

    /// <summary>Takes a step.</summary>
    /// <param name="row">What is remembered of the row.</param>
    /// <param name="next">The point before the current one; then the next one.</param>
    /// <param name="current">The current point.</param>
    /// <param name="gradient">The gradient there.</param>
    /// <param name="origin">The centre of the ball.</param>
    /// <param name="momentum">How much of the last step comes on top, 1 − α of the paper.</param>
    public abstract void Move(
        AscentRow row, Span<T> next, ReadOnlySpan<T> current, ReadOnlySpan<T> gradient, ReadOnlySpan<T> origin, double momentum);

    /// <summary>Adapts a row's step at a checkpoint.</summary>
    /// <param name="row">What is remembered of the row.</param>
    /// <param name="steps">How many steps were taken since the last checkpoint.</param>
    /// <param name="rho">ρ.</param>
    /// <param name="best">The row's best point.</param>
    /// <param name="origin">The centre of the ball.</param>
    /// <returns>Whether to go on from the best point.</returns>
    public abstract bool Adapt(AscentRow row, int steps, double rho, ReadOnlySpan<T> best, ReadOnlySpan<T> origin);
}
