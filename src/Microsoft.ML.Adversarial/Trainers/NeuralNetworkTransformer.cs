using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Persistence;
using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Adversarial.Transforms;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Trainers;

/// <summary>A trained network in a pipeline: it adds the predicted label, scores, a probability and logits.</summary>
public abstract class NeuralNetworkTransformer : BatchedTransformer, ISingleFeaturePredictionTransformer<NetworkClassifier>,
    ISingleFeaturePredictionTransformer, IClassifierTransformer
{
    private readonly ColumnClassifier _classifier;

    private protected NeuralNetworkTransformer(ColumnClassifier classifier, ScoreColumns columns)
    {
        _classifier = classifier;
        Model = classifier.RequireNetwork(nameof(NeuralNetworkTransformer));
        Columns = columns;
        FeatureColumnType = new VectorDataViewType(NumberDataViewType.Single, Model.InputShape.Select(size => (int)size).ToArray());
    }

    /// <summary>The network as a classifier: what attacks and detectors work on. Disposing it frees the network for all its users.</summary>
    public NetworkClassifier Model { get; }

    /// <inheritdoc/>
    public string FeatureColumnName => _classifier.FeatureColumnName;

    /// <inheritdoc/>
    public DataViewType FeatureColumnType { get; }

    ColumnClassifier IClassifierTransformer.ColumnClassifier => _classifier;

    private protected ScoreColumns Columns { get; }

    /// <summary>What the transformer adds, from logits.</summary>
    private protected abstract IScoreLayout Layout(uint scoreSetId);

    private protected sealed override BatchMapper Bind(DataViewSchema inputSchema)
    {
        var features = RequiredColumn.Of(inputSchema, FeatureColumnName, "NeuralNetwork");
        FeatureBuffer.CheckType(features, _classifier.FeatureCount);
        // Columns of one scoring step share an id that no earlier step has.
        var previous = inputSchema.GetMaxAnnotationKind(out _, AnnotationUtils.Kinds.ScoreColumnSetId);
        return new NetworkMapper(_classifier, features, Layout(previous + 1));
    }

    /// <summary>What is written of a network's transformer.</summary>
    private protected sealed record State(ClassifierState Classifier, ScoreColumns Columns, int BatchSize) : ISavedState
    {
        public void Validate()
        {
            Classifier.Validate();
            Columns.Validate();
            ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(BatchSize, MaximumBatchSize);
        }
    }

    private protected State SaveState(ModelSaveContext context) => new(ClassifierState.Save(context, _classifier), Columns, BatchSize);
}
