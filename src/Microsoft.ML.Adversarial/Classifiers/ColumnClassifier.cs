using Microsoft.ML.Adversarial.Transformations;

namespace Microsoft.ML.Adversarial.Classifiers;

/// <summary>A classifier with the place it has in a pipeline: the column it reads and the labels it predicts.</summary>
/// <param name="Classifier">The classifier.</param>
/// <param name="FeatureColumnName">The column of feature vectors that it reads.</param>
/// <param name="Labels">How its classes appear as labels.</param>
internal sealed record ColumnClassifier(IClassifier Classifier, string FeatureColumnName, ClassLabels Labels)
{
    /// <summary>The input transformations that make the column it reads, the first one first; none where it reads the inputs themselves.</summary>
    public IReadOnlyList<ColumnTransformation> Transformations { get; init; } = [];

    /// <summary>A classifier whose classes are known by their order alone.</summary>
    public static ColumnClassifier WithPlainKeys(IClassifier classifier, string featureColumnName)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentException.ThrowIfNullOrEmpty(featureColumnName);
        return new(classifier, featureColumnName, new ClassLabels(classifier.ClassCount, IsBoolean: false, Values: null));
    }

    /// <summary>The number of features of one input.</summary>
    public int FeatureCount => checked((int)Classifier.InputShape.Aggregate(1L, (product, size) => product * size));

    /// <summary>The classifier as a network, or an error that names who needs one.</summary>
    public NetworkClassifier RequireNetwork(string step) => Classifier as NetworkClassifier
        ?? throw new ArgumentException($"{step} needs a network, got {Classifier.GetType().Name}: it looks into a network, at its layers, parameters or gradients.");

    /// <summary>What an attack attacks: the classifier with the input transformations before it, on the column that the first one reads.</summary>
    public ColumnClassifier WithTransformations() => Transformations.Count == 0 ? this : new(
        Transformations.Reverse().Aggregate(
            (IDifferentiableClassifier)RequireNetwork("An attack through input transformations"),
            (classifier, step) => TransformedClassifier.Of(classifier, step.Transformation, step.InputShape)),
        Transformations[0].InputColumnName, Labels);
}
