namespace Microsoft.ML.Adversarial.Trees;

/// <summary>The trees of a fitted model as a classifier, with the place they have in a pipeline.</summary>
/// <param name="Classifier">The trees. The largest logit is that of the predicted class.</param>
/// <param name="FeatureColumnName">The column of features that they read.</param>
/// <param name="Labels">What the classes are called, in their order: key values as text, or False and True.</param>
public sealed record FittedTrees(TreeClassifier Classifier, string FeatureColumnName, IReadOnlyList<string> Labels);
