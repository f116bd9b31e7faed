using Microsoft.ML;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Persistence;
using Microsoft.ML.Adversarial.Trainers;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(
    typeof(NeuralNetworkBinaryTransformer), null, typeof(SignatureLoadModel), "Neural network, binary", NeuralNetworkBinaryTransformer.LoaderSignature)]

namespace Microsoft.ML.Adversarial.Trainers;

/// <summary>A trained network for two classes: adds PredictedLabel (Boolean), Score (log-odds of true), Probability (of true) and Logits.</summary>
public sealed class NeuralNetworkBinaryTransformer : NeuralNetworkTransformer
{
    internal const string LoaderSignature = "AdvNetworkBinary";

    private static readonly TransformerFile<State> File = new("ADVNBINA", LoaderSignature);

    internal NeuralNetworkBinaryTransformer(ColumnClassifier classifier, ScoreColumns columns)
        : base(classifier, columns)
    {
    }

    private NeuralNetworkBinaryTransformer(IHostEnvironment env, ModelLoadContext ctx)
        : this(File.Load(ctx), ctx)
    {
    }

    private NeuralNetworkBinaryTransformer(State state, ModelLoadContext ctx)
        : base(state.Classifier.Load(ctx), state.Columns) => BatchSize = state.BatchSize;

    private protected override IScoreLayout Layout(uint scoreSetId) =>
        new BinaryScoreLayout(((IClassifierTransformer)this).ColumnClassifier, Columns, scoreSetId);

    private protected override void Save(ModelSaveContext context) => File.Save(context, SaveState(context));
}
