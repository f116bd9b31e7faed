using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>Columns that are shaped as the features that a network reads, such as attacked features or a score per feature.</summary>
internal static class FeatureColumnType
{
    /// <summary>With the feature column's shape and annotations, but for how the features were made: these are made otherwise.</summary>
    public static DataViewSchema.DetachedColumn Detached(string name, DataViewSchema.Column features, ColumnClassifier classifier)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        builder.Add(features.Annotations, annotation => annotation != ColumnTransformation.AnnotationShape.Name);
        return new(name, Of(features, classifier), builder.ToAnnotations());
    }

    /// <summary>The annotations of such a column, as schema shapes promise them.</summary>
    public static SchemaShape.Column[] Annotations(SchemaShape.Column features) =>
        [.. features.Annotations.Where(annotation => annotation.Name != ColumnTransformation.AnnotationShape.Name)];

    // Features of unknown size have passed the check of each row's length.
    private static DataViewType Of(DataViewSchema.Column features, ColumnClassifier classifier) =>
        features.Type is VectorDataViewType { IsKnownSize: true } known ? known : new VectorDataViewType(NumberDataViewType.Single, classifier.FeatureCount);
}
