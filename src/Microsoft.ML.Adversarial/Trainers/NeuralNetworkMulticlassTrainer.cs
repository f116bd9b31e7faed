using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Transforms;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Kinds = Microsoft.ML.Data.AnnotationUtils.Kinds;

namespace Microsoft.ML.Adversarial.Trainers;

/// <summary>Trains a network for several classes on a key label. See <see cref="Options"/> for what can be set.</summary>
public sealed class NeuralNetworkMulticlassTrainer : NeuralNetworkTrainer<NeuralNetworkMulticlassTransformer>
{
    internal NeuralNetworkMulticlassTrainer(IHostEnvironment environment, Options options)
        : base(environment, nameof(NeuralNetworkMulticlassTrainer), options)
    {
    }

    private protected override ClassLabels RequireLabels(DataViewSchema.Column label) => label.Type is KeyDataViewType
        ? ClassLabels.Of(label)
        : throw LabelError(label.Name, label.Type.ToString()!);

    private protected override void RequireLabels(SchemaShape.Column label)
    {
        if (!label.IsKey || label.Kind != SchemaShape.Column.VectorKind.Scalar)
        {
            throw LabelError(label.Name, label.GetTypeString());
        }
    }

    private protected override IEnumerable<SchemaShape.Column> OutputShape(SchemaShape.Column label, ScoreColumns columns)
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

    private protected override NeuralNetworkMulticlassTransformer Create(ColumnClassifier classifier, ScoreColumns columns, int batchSize) =>
        new(classifier, columns) { BatchSize = batchSize };

    private static SchemaShape.Column Named(string kind, DataViewType type) =>
        new(kind, SchemaShape.Column.VectorKind.Vector, type, isKey: false);

    private static ArgumentException LabelError(string column, string got) => new(
        $"Column '{column}': expected a key, got {got}. Put Conversion.MapValueToKey(\"{column}\") before the trainer; for a Boolean label use BinaryClassification.Trainers.NeuralNetwork.");

    /// <summary>What can be set.</summary>
    public sealed class Options : NeuralNetworkOptions;
}
