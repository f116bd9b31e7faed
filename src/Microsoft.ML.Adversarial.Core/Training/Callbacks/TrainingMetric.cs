namespace Microsoft.ML.Adversarial.Training.Callbacks;

/// <summary>What an epoch can be judged by.</summary>
public enum TrainingMetric
{
    /// <summary>Mean loss over the epoch's batches; smaller is better.</summary>
    TrainingLoss,

    /// <summary>Mean cross-entropy on the held-out rows; smaller is better.</summary>
    ValidationLoss,

    /// <summary>Accuracy on the held-out rows; larger is better.</summary>
    ValidationAccuracy,

    /// <summary>Accuracy on held-out rows under PGD, where the loss is an adversarial one; larger is better.</summary>
    RobustAccuracy,
}
