using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Transforms;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Kinds = Microsoft.ML.Data.AnnotationUtils.Kinds;

namespace Microsoft.ML.Adversarial.Trainers;

/// <summary>What trainers of networks for several classes share: a key label, and the columns of the result.</summary>
public abstract class MulticlassNetworkTrainer : NeuralNetworkTrainer<NeuralNetworkMulticlassTransformer>
{
    private protected MulticlassNetworkTrainer(IHostEnvironment environment, string name, NeuralNetworkOptions options)
        : base(environment, name, options)
    {
    }

    private protected sealed override ClassLabels RequireLabels(DataViewSchema.Column label) => label.Type is KeyDataViewType
        ? ClassLabels.Of(label)
        : throw LabelError(label.Name, label.Type.ToString()!);

    private protected sealed override void RequireLabels(SchemaShape.Column label)
    {
        if (!label.IsKey || label.Kind != SchemaShape.Column.VectorKind.Scalar)
        {
            throw LabelError(label.Name, label.GetTypeString());
        }
    }

    private protected sealed override IEnumerable<SchemaShape.Column> OutputShape(SchemaShape.Column label, ScoreColumns columns)
    {
        SchemaShape.Column[] keyValues =
        [
            .. label.Annotations.Where(one => one.Name == Kinds.KeyValues && LabelValues.CanHold(one.ItemType)),
        ];
        SchemaShape.Column[] output = [.. AnnotationUtils.GetTrainerOutputAnnotation()];
        SchemaShape.Column[] classes =
        [
            .. output, ClassifierAnnotation.Shape,
            .. keyValues.Select(values => Named(Kinds.SlotNames, TextDataViewType.Instance)),
            .. keyValues.Select(values => Named(Kinds.TrainingLabelValues, values.ItemType)),
        ];
        return
        [
            ShapeExtensions.Key(columns.PredictedLabel, [.. output, .. keyValues]),
            ShapeExtensions.Vector(columns.Score, classes),
            ShapeExtensions.Scalar(columns.Probability, NumberDataViewType.Single, output),
            ShapeExtensions.Vector(columns.Logits, classes),
        ];
    }

    private protected sealed override NeuralNetworkMulticlassTransformer Create(ColumnClassifier classifier, ScoreColumns columns, int batchSize) =>
        new(classifier, columns) { BatchSize = batchSize };

    private static SchemaShape.Column Named(string kind, DataViewType type) =>
        new(kind, SchemaShape.Column.VectorKind.Vector, type, isKey: false);

    private static ArgumentException LabelError(string column, string got) => new(
        $"Column '{column}': expected a key, got {got}. Put Conversion.MapValueToKey(\"{column}\") before the trainer; for a Boolean label use BinaryClassification.Trainers.NeuralNetwork.");
}
