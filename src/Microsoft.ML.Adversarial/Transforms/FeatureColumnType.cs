using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>Columns that are shaped as the features that a network reads, such as attacked features or a score per feature.</summary>
internal static class FeatureColumnType
{
    /// <summary>With the feature column's shape and annotations.</summary>
    public static DataViewSchema.DetachedColumn Detached(string name, DataViewSchema.Column features, ColumnClassifier classifier) =>
        new(name, Of(features, classifier), features.Annotations);

    // Features of unknown size have passed the check of each row's length.
    private static DataViewType Of(DataViewSchema.Column features, ColumnClassifier classifier) =>
        features.Type is VectorDataViewType { IsKnownSize: true } known ? known : new VectorDataViewType(NumberDataViewType.Single, classifier.FeatureCount);
}
