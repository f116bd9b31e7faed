using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Data;
using Kinds = Microsoft.ML.Data.AnnotationUtils.Kinds;

namespace Microsoft.ML.Adversarial.Trainers;

/// <summary>The annotations by which ML.NET's evaluators recognise a trainer's columns.</summary>
internal static class ScoreAnnotations
{
    /// <summary>A builder that says of which kind a column is and that it belongs with the others.</summary>
    public static DataViewSchema.Annotations.Builder Of(string columnKind, string valueKind, uint setId)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        builder.Add(Kinds.ScoreColumnSetId, AnnotationUtils.ScoreColumnSetIdType, (ref uint value) => value = setId);
        AddText(builder, Kinds.ScoreColumnKind, columnKind);
        AddText(builder, Kinds.ScoreValueKind, valueKind);
        return builder;
    }

    /// <summary>A builder for the vector of all classes, with the labels as slot names and the classifier itself.</summary>
    public static DataViewSchema.Annotations.Builder OfClasses(string columnKind, string valueKind, uint setId, ColumnClassifier classifier)
    {
        var builder = Of(columnKind, valueKind, setId);
        if (classifier.Labels.Values is { } values)
        {
            values.AddAsTextTo(builder, Kinds.SlotNames);
            values.AddTo(builder, Kinds.TrainingLabelValues);
        }

        ClassifierAnnotation.AddTo(builder, classifier);
        return builder;
    }

    private static void AddText(DataViewSchema.Annotations.Builder builder, string kind, string text) =>
        builder.Add(kind, TextDataViewType.Instance, (ref ReadOnlyMemory<char> value) => value = text.AsMemory());
}
