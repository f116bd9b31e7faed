using Microsoft.ML.Adversarial.Certification;

namespace Microsoft.ML.Adversarial.Evaluation.Robustness;

/// <summary>A share of rows, with how certain it is.</summary>
/// <param name="Count">The rows in question.</param>
/// <param name="Total">All rows; 0 if there are none, which leaves <see cref="Value"/> NaN.</param>
/// <param name="Interval">Clopper and Pearson's confidence interval of the share in the population that the rows were drawn from.</param>
public readonly record struct Share(int Count, int Total, ConfidenceInterval Interval)
{
    /// <summary>The share, from 0 to 1.</summary>
    public double Value => (double)Count / Total;

    internal static Share Of(int count, int total, double confidence) =>
        new(count, total, total == 0 ? new(0, 1) : ClopperPearson.Interval(count, total, 1 - confidence));
}
