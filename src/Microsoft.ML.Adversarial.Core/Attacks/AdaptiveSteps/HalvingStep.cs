using System.Numerics;

namespace Microsoft.ML.Adversarial.Attacks.AdaptiveSteps;

/// <summary>The rule of L∞ and L2: a step of 2ε, halved at checkpoints where it brings too little (arXiv:2003.01690, section 3).</summary>
internal abstract class HalvingStep<T>(double epsilon, T[] lower, T[] upper) : AdaptiveStep<T>(epsilon, lower, upper)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // p₁ = 0.22 and p_j+1 = p_j + max(p_j − p_j−1 − 0.03, 0.06), in hundredths so that rounding up is exact.
    public override IEnumerable<int> Checkpoints(int iterations)
    {
        for (var (share, length) = (22L, 22L); share < 100; length = Math.Max(length - 3, 6), share += length)
        {
            yield return (int)(((share * iterations) + 99) / 100);
        }
    }

    public override void Begin(AscentRow row, ReadOnlySpan<T> start, ReadOnlySpan<T> origin) => row.StepLength = 2 * Epsilon;

    public override bool Adapt(AscentRow row, int steps, double rho, ReadOnlySpan<T> best, ReadOnlySpan<T> origin)
    {
        var oscillates = row.Increases < rho * steps;
        var stalls = !row.WasShortened && row.BestAtCheckpoint == row.Best;
        row.WasShortened = oscillates || stalls;
        row.BestAtCheckpoint = row.Best;
        if (row.WasShortened)
        {
            row.StepLength /= 2;
        }

        return row.WasShortened;
    }
}
