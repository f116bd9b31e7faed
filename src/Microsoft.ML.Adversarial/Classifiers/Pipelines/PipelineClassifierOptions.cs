using Microsoft.ML.Adversarial.Transforms;

namespace Microsoft.ML.Adversarial.Classifiers.Pipelines;

/// <summary>What of a chain an attack may change, and where its outputs are.</summary>
public sealed record PipelineClassifierOptions
{
    /// <summary>
    /// The columns of numbers that an attack may change: single numbers, vectors of known size, or images of one size. Null: all that the score depends on. Default
    /// null.
    /// </summary>
    public IReadOnlyList<string>? NumberColumns { get; init; }

    /// <summary>
    /// The columns of categories that an attack may change to another of their values: text, keys or Booleans. The values are those of the rows
    /// that the classifier is made with. Default none.
    /// </summary>
    /// <remarks>All other columns that the score depends on stay as they are, row by row.</remarks>
    public IReadOnlyList<string> CategoryColumns { get; init; } = [];

    /// <summary>
    /// The values that features may take, one pair for all or a pair for every feature in the order of <see cref="PipelineClassifier.Features"/>;
    /// null for the range of each feature in the rows that the classifier is made with. Pixels of images have 0 and 1 anyway. Default null.
    /// </summary>
    public InputBounds? Bounds { get; init; }

    /// <summary>The scores: a vector of Single with a number per class, or one Single for a binary model. Default <c>Score</c>.</summary>
    public string ScoreColumnName { get; init; } = "Score";

    /// <summary>
    /// What the scores are. Null: where a binary model has a column <c>Probability</c> that is taken instead; other scores are probabilities if
    /// those of all rows looked at are, else logits. Default null.
    /// </summary>
    public ScoreValues? ScoreValues { get; init; }

    /// <summary>
    /// The predicted class, a key or a Boolean; where the model has no such column, the class of the largest score is predicted. Default
    /// <c>PredictedLabel</c>.
    /// </summary>
    public string PredictedLabelColumnName { get; init; } = "PredictedLabel";
}
