using Microsoft.ML.Adversarial.Pipeline;

namespace Microsoft.ML.Adversarial.Trainers;

/// <summary>The names of the columns that a network adds.</summary>
internal sealed record ScoreColumns(string PredictedLabel, string Score, string Probability, string Logits)
{
    public void Validate() => ColumnNames.Require(PredictedLabel, Score, Probability, Logits);

    public static ScoreColumns Of(NeuralNetworkOptions options) =>
        new(options.PredictedLabelColumnName, options.ScoreColumnName, options.ProbabilityColumnName, options.LogitsColumnName);
}
