using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Transforms;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Adversarial.Trainers;

/// <summary>Trains a network for a Boolean label. It has two logits, so that every attack and detector works on it as on any other network.</summary>
public sealed class NeuralNetworkBinaryTrainer : NeuralNetworkTrainer<NeuralNetworkBinaryTransformer>
{
    internal NeuralNetworkBinaryTrainer(IHostEnvironment environment, Options options)
        : base(environment, nameof(NeuralNetworkBinaryTrainer), options)
    {
    }

    private protected override ClassLabels RequireLabels(DataViewSchema.Column label) => label.Type is BooleanDataViewType
        ? ClassLabels.Of(label)
        : throw LabelError(label.Name, label.Type.ToString()!);

    private protected override void RequireLabels(SchemaShape.Column label)
    {
        if (label.ItemType != BooleanDataViewType.Instance || label.Kind != SchemaShape.Column.VectorKind.Scalar)
        {
            throw LabelError(label.Name, label.GetTypeString());
        }
    }

    private protected override IEnumerable<SchemaShape.Column> OutputShape(SchemaShape.Column label, ScoreColumns columns)
    {
        SchemaShape.Column[] output = [.. AnnotationUtils.GetTrainerOutputAnnotation()];
        var normalised = new SchemaShape.Column(
            AnnotationUtils.Kinds.IsNormalized, SchemaShape.Column.VectorKind.Scalar, BooleanDataViewType.Instance, isKey: false);
        return
        [
            ShapeExtensions.Scalar(columns.PredictedLabel, BooleanDataViewType.Instance, output),
            ShapeExtensions.Scalar(columns.Score, NumberDataViewType.Single, [.. output, ClassifierAnnotation.Shape]),
            ShapeExtensions.Scalar(columns.Probability, NumberDataViewType.Single, [.. output, normalised]),
            ShapeExtensions.Vector(columns.Logits, [.. output, ClassifierAnnotation.Shape]),
        ];
    }

    private protected override NeuralNetworkBinaryTransformer Create(ColumnClassifier classifier, ScoreColumns columns, int batchSize) =>
        new(classifier, columns) { BatchSize = batchSize };

    private static ArgumentException LabelError(string column, string got) => new(
        $"Column '{column}': expected a Boolean, got {got}. Convert it (ConvertType, CustomMapping), or use MulticlassClassification.Trainers.NeuralNetwork for a key.");

    /// <summary>What can be set.</summary>
    public sealed class Options : NeuralNetworkOptions;
}
