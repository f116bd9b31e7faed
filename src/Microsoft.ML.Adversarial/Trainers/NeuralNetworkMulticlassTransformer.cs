using Microsoft.ML;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Persistence;
using Microsoft.ML.Adversarial.Trainers;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(
    typeof(NeuralNetworkMulticlassTransformer), null, typeof(SignatureLoadModel), "Neural network, multiclass", NeuralNetworkMulticlassTransformer.LoaderSignature)]

namespace Microsoft.ML.Adversarial.Trainers;

/// <summary>A trained network for several classes: adds PredictedLabel (key), Score (probabilities), Probability (the largest) and Logits.</summary>
public sealed class NeuralNetworkMulticlassTransformer : NeuralNetworkTransformer
{
    internal const string LoaderSignature = "AdvNetworkMulticlass";

    private static readonly TransformerFile<State> File = new("ADVNMULT", LoaderSignature);

    internal NeuralNetworkMulticlassTransformer(ColumnClassifier classifier, ScoreColumns columns)
        : base(classifier, columns)
    {
    }

    private NeuralNetworkMulticlassTransformer(IHostEnvironment env, ModelLoadContext ctx)
        : this(File.Load(ctx), ctx)
    {
    }

    private NeuralNetworkMulticlassTransformer(State state, ModelLoadContext ctx)
        : base(state.Classifier.Load(ctx), state.Columns) => BatchSize = state.BatchSize;

    private protected override IScoreLayout Layout(uint scoreSetId) =>
        new MulticlassScoreLayout(((IClassifierTransformer)this).ColumnClassifier, Columns, scoreSetId);

    private protected override void Save(ModelSaveContext context) => File.Save(context, SaveState(context));
}
