using Microsoft.ML.Adversarial.Transformations;

namespace Microsoft.ML.Adversarial.Classifiers;

/// <summary>An input transformation with the place it has in a pipeline.</summary>
/// <param name="Transformation">The transformation.</param>
/// <param name="InputColumnName">The column that it reads.</param>
/// <param name="InputShape">The shape of one input as the transformation takes it.</param>
internal sealed record ColumnTransformation(InputTransformation Transformation, string InputColumnName, IReadOnlyList<long> InputShape)
{
    private static readonly LiveAnnotation<IReadOnlyList<ColumnTransformation>> Annotation = new("AdversarialTransformations");

    /// <summary>The annotation by which a column says how it was made, as schema shapes promise it.</summary>
    public static SchemaShape.Column AnnotationShape => Annotation.Shape;

    /// <summary>The transformations that made a column, the first one first; none for other columns.</summary>
    public static IReadOnlyList<ColumnTransformation> Of(DataViewSchema.Column column) => Annotation.Of(column) ?? [];

    /// <summary>Says of a column which transformations made it.</summary>
    public static void AddTo(DataViewSchema.Annotations.Builder builder, IReadOnlyList<ColumnTransformation> transformations) =>
        Annotation.AddTo(builder, transformations);
}
