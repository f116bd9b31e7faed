namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>How the trace of the Fisher information is found: exactly, or for many classes at the cost of a few.</summary>
public abstract record FisherTraceMethod
{
    private protected FisherTraceMethod()
    {
    }

    /// <summary>Exact, from C − 1 backward passes to the outputs of layers: the default.</summary>
    public static FisherTraceMethod Exact { get; } = new ExactTrace();

    /// <summary>
    /// A certified lower bound from the most probable classes: the leading columns of the Cholesky factor of diag p − ppᵀ in descending p.
    /// Exact where the other classes have no probability.
    /// </summary>
    /// <param name="classes">Backward passes, at least 1; C − 1 give the exact trace.</param>
    public static FisherTraceMethod LowerBound(int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        return new LeadingTrace(classes, Seed: null);
    }

    /// <summary>
    /// The lower bound plus an unbiased estimate of the rest from one random probe (Hutchinson 1990), equal for equal rows.
    /// </summary>
    /// <param name="classes">Leading classes that are exact, at least 1; one more backward pass takes the probe.</param>
    /// <param name="seed">Seed of the probe's signs, one per class.</param>
    public static FisherTraceMethod Estimate(int classes, long seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        return new LeadingTrace(classes, seed);
    }
}

internal sealed record ExactTrace : FisherTraceMethod;

internal sealed record LeadingTrace(int Classes, long? Seed) : FisherTraceMethod;
