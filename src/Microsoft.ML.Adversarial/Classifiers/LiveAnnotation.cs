using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Classifiers;

/// <summary>
/// An object that travels with a column as an annotation, so that a later step of the same pipeline finds it. It lives in memory only; files hold
/// it with the transformers that use it.
/// </summary>
/// <typeparam name="T">The type of the object.</typeparam>
/// <param name="kind">The name of the annotation.</param>
internal sealed class LiveAnnotation<T>(string kind)
    where T : class
{
    /// <summary>The annotation as schema shapes promise it.</summary>
    public SchemaShape.Column Shape { get; } = new(kind, SchemaShape.Column.VectorKind.Scalar, AnnotationType.Instance, isKey: false);

    public void AddTo(DataViewSchema.Annotations.Builder builder, T annotation) =>
        builder.Add(kind, AnnotationType.Instance, (ref T value) => value = annotation);

    public bool IsPromisedBy(SchemaShape.Column column) => column.Annotations.Any(annotation => annotation.Name == kind);

    /// <summary>The object that travels with a column, if one does.</summary>
    public T? Of(DataViewSchema.Column column)
    {
        if (column.Annotations.Schema.GetColumnOrNull(kind) is null)
        {
            return null;
        }

        T? value = null;
        column.Annotations.GetValue(kind, ref value);
        return value;
    }

    private sealed class AnnotationType : StructuredDataViewType
    {
        private AnnotationType()
            : base(typeof(T))
        {
        }

        public static AnnotationType Instance { get; } = new();

        public override bool Equals(DataViewType? other) => other is AnnotationType;

        public override int GetHashCode() => typeof(AnnotationType).GetHashCode();
    }
}
