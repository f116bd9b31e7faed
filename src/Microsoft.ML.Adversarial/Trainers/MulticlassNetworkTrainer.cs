using Microsoft.ML.Adversarial.Classifiers;
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
        return MulticlassScoreLayout.Shape(columns, keyValues);
    }

    private protected sealed override NeuralNetworkMulticlassTransformer Create(ColumnClassifier classifier, ScoreColumns columns, int batchSize) =>
        new(classifier, columns) { BatchSize = batchSize };

    private static ArgumentException LabelError(string column, string got) => new(
        $"Column '{column}': expected a key, got {got}. Put Conversion.MapValueToKey(\"{column}\") before the trainer; for a Boolean label use BinaryClassification.Trainers.NeuralNetwork.");
}
