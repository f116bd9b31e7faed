namespace Microsoft.ML.Adversarial.Classifiers;

/// <summary>The annotation by which a classifier travels with its Score column.</summary>
internal static class ClassifierAnnotation
{
    private static readonly LiveAnnotation<ColumnClassifier> Annotation = new("AdversarialClassifier");

    /// <summary>The annotation as schema shapes promise it.</summary>
    public static SchemaShape.Column Shape => Annotation.Shape;

    public static void AddTo(DataViewSchema.Annotations.Builder builder, ColumnClassifier classifier) => Annotation.AddTo(builder, classifier);

    public static bool IsPromisedBy(SchemaShape.Column column) => Annotation.IsPromisedBy(column);

    /// <summary>The classifier of a score column, or an error that says which step is missing.</summary>
    public static ColumnClassifier Find(DataViewSchema schema, string scoreColumnName, string step)
    {
        var column = schema.GetColumnOrNull(scoreColumnName);
        return (column is { } found ? Annotation.Of(found) : null) ?? throw Missing(scoreColumnName, step, column is not null);
    }

    public static ArgumentException Missing(string scoreColumnName, string step, bool hasColumn) => new(
        $"{step}: expected a column '{scoreColumnName}' that carries its classifier, got "
        + (hasColumn ? "one that carries none. " : "no such column. ")
        + "Put the NeuralNetwork trainer before this step in the pipeline, name its score column, or pass a classifier.");
}
