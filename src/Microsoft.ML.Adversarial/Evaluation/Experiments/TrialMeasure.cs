namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

/// <summary>A further number of each trial's model, which the robustness metrics do not hold: the size of a file, the rate of a flag.</summary>
/// <param name="Name">What trials and leaderboards call it.</param>
/// <param name="Measure">
/// Measures a fitted model on rows that did not train it; the context is the trial's own. With folds it is measured on each, and averaged.
/// </param>
public sealed record TrialMeasure(string Name, Func<MLContext, ITransformer, IDataView, double> Measure)
{
    /// <summary>What trials and leaderboards call it.</summary>
    public string Name { get; } = !string.IsNullOrWhiteSpace(Name) ? Name : throw new ArgumentException("Expected a name, got none.", nameof(Name));

    /// <summary>Measures a fitted model.</summary>
    public Func<MLContext, ITransformer, IDataView, double> Measure { get; } = Measure ?? throw new ArgumentNullException(nameof(Measure));
}
