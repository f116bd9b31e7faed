using System.Globalization;

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
        return new LeadingTrace(classes, Probes: 0, Seed: 0);
    }

    /// <summary>
    /// The lower bound plus an unbiased estimate of the rest from random probes (Hutchinson 1990), equal for equal rows. Confident rows have
    /// their trace in the leading classes; where probabilities are spread out, more probes help more. What the last linear layers contribute is
    /// known in closed form, and serves as a control variate for the layers below.
    /// </summary>
    /// <param name="classes">Leading classes that are exact, at least 1; a backward pass each.</param>
    /// <param name="probes">Random probes, at least 1; a backward pass each. The error falls with the square root. Default 2.</param>
    /// <param name="seed">Seed of the probes' signs, one per class.</param>
    public static FisherTraceMethod Estimate(int classes, int probes = 2, long seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(probes, 1);
        return new LeadingTrace(classes, probes, seed);
    }

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <param name="text"><c>exact</c>, <c>bound:4</c> or <c>estimate:4:1:0</c>: classes, probes, seed.</param>
    /// <exception cref="FormatException">The text is none of these.</exception>
    public static FisherTraceMethod Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Split(':') switch
        {
            ["exact"] => Exact,
            ["bound", var classes] when Count(classes) is { } count => LowerBound(count),
            ["estimate", var classes, var probes, var seed] when Count(classes) is { } count && Count(probes) is { } random
                && long.TryParse(seed, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) => Estimate(count, random, value),
            _ => throw new FormatException($"Expected a method such as exact, bound:4 or estimate:4:1:0, got '{text}'."),
        };
    }

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public sealed override string ToString() => Text;

    private protected abstract string Text { get; }

    private static int? Count(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 ? count : null;
}

internal sealed record ExactTrace : FisherTraceMethod
{
    private protected override string Text => "exact";
}

internal sealed record LeadingTrace(int Classes, int Probes, long Seed) : FisherTraceMethod
{
    private protected override string Text => Probes == 0
        ? string.Create(CultureInfo.InvariantCulture, $"bound:{Classes}")
        : string.Create(CultureInfo.InvariantCulture, $"estimate:{Classes}:{Probes}:{Seed}");
}
