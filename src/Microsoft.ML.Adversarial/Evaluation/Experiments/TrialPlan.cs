namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

/// <summary>What one trial tries: a candidate, the values of its options, and the share of the training rows.</summary>
internal sealed record TrialPlan(Candidate Candidate, TrialParameters Parameters, double TrainingFraction)
{
    /// <summary>The seed of all that the trial trains: its own, whatever runs before it.</summary>
    public int Seed(long experimentSeed) => StableDraw.Seed(experimentSeed, [Candidate.Name, .. Texts]);

    /// <summary>The values of its options as text.</summary>
    public IEnumerable<string> Texts => Parameters.Values.SelectMany(value => (string[])[value.Key, TrialParameters.TextOf(value.Value)]);

    public override string ToString()
    {
        var options = Parameters.Values.Count > 0 ? $" ({Parameters})" : "";
        return Candidate.Name + options + (TrainingFraction < 1 ? FormattableString.Invariant($", {TrainingFraction:P0} of the rows") : "");
    }
}
