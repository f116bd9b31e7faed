using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Classifiers;

/// <summary>
/// The annotation by which a classifier travels with its Score column, so that a later step of the same pipeline finds it. It lives in
/// memory only; files hold the classifier with the transformers that use it.
/// </summary>
internal static class ClassifierAnnotation
{
    private const string Kind = "AdversarialClassifier";

    /// <summary>The annotation as schema shapes promise it.</summary>
    public static SchemaShape.Column Shape { get; } =
        new(Kind, SchemaShape.Column.VectorKind.Scalar, AnnotationType.Instance, isKey: false);

    public static void AddTo(DataViewSchema.Annotations.Builder builder, ColumnClassifier classifier) =>
        builder.Add(Kind, AnnotationType.Instance, (ref ColumnClassifier value) => value = classifier);

    public static bool IsPromisedBy(SchemaShape.Column column) => column.Annotations.Any(annotation => annotation.Name == Kind);

    /// <summary>The classifier of a score column, or an error that says which step is missing.</summary>
    public static ColumnClassifier Find(DataViewSchema schema, string scoreColumnName, string step)
    {
        if (schema.GetColumnOrNull(scoreColumnName) is not { } column || column.Annotations.Schema.GetColumnOrNull(Kind) is null)
        {
            throw Missing(scoreColumnName, step, schema.GetColumnOrNull(scoreColumnName) is not null);
        }

        ColumnClassifier? classifier = null;
        column.Annotations.GetValue(Kind, ref classifier);
        return classifier!;
    }

    public static ArgumentException Missing(string scoreColumnName, string step, bool hasColumn) => new(
        $"{step}: expected a column '{scoreColumnName}' that carries its classifier, got "
        + (hasColumn ? "one that carries none. " : "no such column. ")
        + "Put the NeuralNetwork trainer before this step in the pipeline, name its score column, or pass a classifier.");

    private sealed class AnnotationType : StructuredDataViewType
    {
        private AnnotationType()
            : base(typeof(ColumnClassifier))
        {
        }

        public static AnnotationType Instance { get; } = new();

        public override bool Equals(DataViewType? other) => other is AnnotationType;

        public override int GetHashCode() => typeof(AnnotationType).GetHashCode();
    }
}
