namespace Microsoft.ML.Adversarial.Classifiers.Pipelines;

/// <summary>What stands at one place of the inputs of a <see cref="PipelineClassifier"/>.</summary>
/// <param name="ColumnName">The column that it belongs to.</param>
/// <param name="Slot">Its place in a column that is a vector or a category; null for a column of single numbers.</param>
/// <param name="Name">What it is called: the column's name, with that of the slot or the category where there are several.</param>
/// <param name="Kind">What it may be.</param>
public sealed record PipelineFeature(string ColumnName, int? Slot, string Name, PipelineFeatureKind Kind);
