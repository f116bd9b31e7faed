using Microsoft.ML.Adversarial.Pipeline;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>The columns of an attack: what it reads and what it adds. It replaces none.</summary>
public sealed record AttackColumns
{
    /// <summary>True labels: a key, or a Boolean for a binary network. Default <c>Label</c>.</summary>
    public string Label { get; init; } = "Label";

    /// <summary>Target labels, of the label's type; null for an untargeted attack. Default null.</summary>
    public string? Target { get; init; }

    /// <summary>The adversarial feature vector, of the feature column's type. Default <c>AdversarialFeatures</c>.</summary>
    public string AdversarialFeatures { get; init; } = "AdversarialFeatures";

    /// <summary>Whether the adversarial input reaches the goal; Boolean. Rows that were misclassified already count. Default <c>AttackSucceeded</c>.</summary>
    public string Succeeded { get; init; } = "AttackSucceeded";

    /// <summary>The size of the perturbation in the norm of the threat model; Single. Default <c>PerturbationSize</c>.</summary>
    public string Size { get; init; } = "PerturbationSize";

    /// <summary>The class predicted for the adversarial input, of the predicted label's type. Default <c>AdversarialPredictedLabel</c>.</summary>
    public string PredictedLabel { get; init; } = "AdversarialPredictedLabel";

    internal void Validate() => ColumnNames.Require(Label, Target ?? Label, AdversarialFeatures, Succeeded, Size, PredictedLabel);
}
