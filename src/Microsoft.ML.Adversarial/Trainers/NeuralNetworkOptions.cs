using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Training;
using Microsoft.ML.Adversarial.Training.Losses;

namespace Microsoft.ML.Adversarial.Trainers;

/// <summary>What the network trainers have in common: the architecture, the columns, and how to train.</summary>
public abstract class NeuralNetworkOptions : TrainingOptions
{
    /// <summary>
    /// The architecture. Input shape and number of classes are taken from the data where it leaves them open. Default: <see
    /// cref="NetworkDefinition.MultilayerPerceptron"/>.
    /// </summary>
    public NetworkDefinition Network = NetworkDefinition.MultilayerPerceptron;

    /// <summary>
    /// What training makes small: a defence is a loss, such as <see cref="AdversarialCrossEntropyLoss"/> or <see cref="TradesLoss"/>.
    /// Default: <see cref="CrossEntropyLoss"/>.
    /// </summary>
    public TrainingLoss Loss = new CrossEntropyLoss();

    /// <summary>The label column: a key for multiclass, a Boolean for binary. Default <c>Label</c>.</summary>
    public string LabelColumnName = "Label";

    /// <summary>
    /// The feature column: a vector of Single of known size; its dimensions are the input shape. Default <c>Features</c>.
    /// </summary>
    public string FeatureColumnName = "Features";

    /// <summary>The predicted label that is added. Default <c>PredictedLabel</c>.</summary>
    public string PredictedLabelColumnName = "PredictedLabel";

    /// <summary>
    /// The score that is added: probabilities of all classes (multiclass), or the log-odds of true (binary). Default <c>Score</c>.
    /// </summary>
    public string ScoreColumnName = "Score";

    /// <summary>
    /// The probability of the predicted label (multiclass) or of true (binary) that is added. Default <c>Probability</c>.
    /// </summary>
    public string ProbabilityColumnName = "Probability";

    /// <summary>The logits that are added, computed only if read. Default <c>Logits</c>.</summary>
    public string LogitsColumnName = "Logits";

    /// <summary>
    /// The values that inputs may take, which attacks never leave; null for [0, 1] where all training values lie in it, else for each
    /// feature's range in the training rows. Default null.
    /// </summary>
    public InputBounds? Bounds;

    /// <summary>
    /// Where the architecture names no normalisation and training values lie outside [0, 1]: put each channel's mean and standard deviation
    /// over the training rows into the network. Default true.
    /// </summary>
    public bool StandardiseInputs = true;

    /// <summary>Rows scored together by the fitted transformer, in [1, 65536]. Default 128.</summary>
    public int ScoringBatchSize = 128;
}
