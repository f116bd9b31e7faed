namespace Microsoft.ML.Adversarial.Classifiers.Pipelines;

/// <summary>What became of a view's rows under attack.</summary>
public sealed class PipelineAttackResult
{
    internal PipelineAttackResult(
        IDataView rows, IReadOnlyList<bool> succeeded, IReadOnlyList<bool> succeededBefore, IReadOnlyList<double> sizes, long queryCount, bool wasCancelled)
    {
        Rows = rows;
        Succeeded = succeeded;
        SucceededBefore = succeededBefore;
        Sizes = sizes;
        QueryCount = queryCount;
        WasCancelled = wasCancelled;
    }

    /// <summary>
    /// The rows after the attack, of the schema that the model reads, with the columns that nobody changed: labels too. Where the model loads images
    /// from files, these rows have images instead of paths, and <see cref="PipelineClassifier.Model"/> scores them.
    /// </summary>
    public IDataView Rows { get; }

    /// <summary>Which rows the model gets wrong after the attack, in the order of the rows.</summary>
    public IReadOnlyList<bool> Succeeded { get; }

    /// <summary>Which rows the model got wrong before the attack; they count as succeeded.</summary>
    public IReadOnlyList<bool> SucceededBefore { get; }

    /// <summary>The sizes of the perturbations, in the norm and the units of the threat model.</summary>
    public IReadOnlyList<double> Sizes { get; }

    /// <summary>How many rows the model scored for the attack.</summary>
    public long QueryCount { get; }

    /// <summary>Whether the attack was cancelled: rows that it did not come to are as they were.</summary>
    public bool WasCancelled { get; }

    /// <summary>Share of the rows that the model gets right before the attack; NaN without rows.</summary>
    public double CleanAccuracy => SucceededBefore.Select(wrong => wrong ? 0.0 : 1.0).DefaultIfEmpty(double.NaN).Average();

    /// <summary>Share of the rows that the model gets right after the attack; NaN without rows.</summary>
    public double RobustAccuracy => Succeeded.Select(wrong => wrong ? 0.0 : 1.0).DefaultIfEmpty(double.NaN).Average();

    /// <summary>Mean size over the rows that were right before and are wrong after the attack; NaN where there is none.</summary>
    public double MeanSize => Sizes.Where((_, row) => Succeeded[row] && !SucceededBefore[row]).DefaultIfEmpty(double.NaN).Average();
}
