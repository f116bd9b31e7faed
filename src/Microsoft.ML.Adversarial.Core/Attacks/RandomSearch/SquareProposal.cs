using System.Numerics;
using Microsoft.ML.Adversarial.Norms;

namespace Microsoft.ML.Adversarial.Attacks.RandomSearch;

/// <summary>What the Square attack tries next in one norm, row by row. Every point lies within the ball and the bounds.</summary>
/// <typeparam name="T">Element type of the inputs.</typeparam>
/// <param name="shape">Where the features lie.</param>
internal abstract class SquareProposal<T>(ImageShape shape)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    protected ImageShape Shape { get; } = shape;

    /// <summary>How many random numbers a start takes.</summary>
    public abstract int StartDraws { get; }

    /// <summary>How many random numbers a step takes.</summary>
    public abstract int StepDraws { get; }

    /// <summary>The proposals of a norm.</summary>
    /// <param name="norm">L∞, L2 or L1.</param>
    /// <param name="epsilon">Radius of the ball.</param>
    /// <param name="shape">Where the features lie.</param>
    /// <param name="bounds">Input bounds, a pair per feature.</param>
    public static SquareProposal<T> For(Norm norm, double epsilon, ImageShape shape, (T[] Lower, T[] Upper) bounds) => norm.Order switch
    {
        1 => new L1Squares<T>(epsilon, shape, bounds.Lower, bounds.Upper),
        2 => new L2Squares<T>(epsilon, shape, bounds.Lower, bounds.Upper),
        _ => new LInfinitySquares<T>(epsilon, shape, bounds.Lower, bounds.Upper),
    };

    /// <summary>Where to start.</summary>
    /// <param name="point">Written to.</param>
    /// <param name="origin">The centre of the ball.</param>
    /// <param name="draws">Random numbers.</param>
    public abstract void Start(Span<T> point, ReadOnlySpan<T> origin, Draws draws);

    /// <summary>Changes the best point so far.</summary>
    /// <param name="point">The best point, written in place.</param>
    /// <param name="origin">The centre of the ball.</param>
    /// <param name="share">Share of the image that a square covers.</param>
    /// <param name="draws">Random numbers.</param>
    public abstract void Step(Span<T> point, ReadOnlySpan<T> origin, double share, Draws draws);
}
