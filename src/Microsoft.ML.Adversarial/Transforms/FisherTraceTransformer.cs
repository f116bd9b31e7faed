using Microsoft.ML;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Persistence;
using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Adversarial.Transforms;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using static TorchSharp.torch;

[assembly: LoadableClass(typeof(FisherTraceTransformer), null, typeof(SignatureLoadModel), "Fisher trace", FisherTraceTransformer.LoaderSignature)]

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>
/// Adds the trace of the Fisher information of each prediction as a Single column: high where the prediction hangs on exact parameters,
/// as it does on many tampered inputs. See <see cref="FisherTrace"/> for the definition.
/// </summary>
public sealed class FisherTraceTransformer : BatchedTransformer
{
    internal const string LoaderSignature = "AdvFisherTrace";

    private static readonly TransformerFile<State> File = new("ADVFISHT", LoaderSignature);

    private readonly ColumnClassifier _classifier;
    private readonly NetworkClassifier _network;

    internal FisherTraceTransformer(ColumnClassifier classifier, string outputColumnName)
    {
        _classifier = classifier;
        _network = classifier.RequireNetwork("FisherTrace");
        OutputColumnName = outputColumnName;
    }

    private FisherTraceTransformer(IHostEnvironment env, ModelLoadContext ctx)
    {
        var state = File.Load(ctx);
        _classifier = state.Classifier.Load(ctx);
        _network = _classifier.RequireNetwork("FisherTrace");
        OutputColumnName = state.OutputColumnName;
    }

    /// <summary>The name of the score column.</summary>
    public string OutputColumnName { get; }

    /// <summary>The column of feature vectors that is read.</summary>
    public string FeatureColumnName => _classifier.FeatureColumnName;

    private protected override BatchMapper Bind(DataViewSchema inputSchema)
    {
        var features = RequiredColumn.Of(inputSchema, FeatureColumnName, "FisherTrace");
        FeatureBuffer.CheckType(features, _classifier.FeatureCount);
        return new ScoreMapper(new FisherTrace(_network), _classifier, features, OutputColumnName);
    }

    private protected override void Save(ModelSaveContext context) =>
        File.Save(context, new(ClassifierState.Save(context, _classifier), OutputColumnName));

    private sealed record State(ClassifierState Classifier, string OutputColumnName) : ISavedState
    {
        public void Validate()
        {
            Classifier.Validate();
            ColumnNames.Require(OutputColumnName);
        }
    }

    private sealed class ScoreMapper(IFittedDetector detector, ColumnClassifier classifier, DataViewSchema.Column features, string output) : BatchMapper
    {
        public override IReadOnlyList<DataViewSchema.Column> InputColumns { get; } = [features];

        public override IReadOnlyList<DataViewSchema.DetachedColumn> OutputColumns { get; } = [new(output, NumberDataViewType.Single)];

        public override BatchComputation CreateComputation(DataViewRow input, bool[] activeOutputs, int capacity) =>
            new Computation(detector, classifier, new FeatureBuffer(input, features, classifier.FeatureCount, capacity, mustBeFinite: true), capacity);
    }

    private sealed class Computation(IFittedDetector detector, ColumnClassifier classifier, FeatureBuffer features, int capacity) : BatchComputation
    {
        private readonly OutputBuffer<float> _scores = new(capacity);

        public override void Read(int slot, long position) => features.Read(slot, position);

        public override void Compute(int count)
        {
            using var scope = NewDisposeScope();
            var inputs = FeatureTensor.Of(features, count, classifier.Classifier);
            FeatureTensor.CopyTo(detector.Score(inputs), _scores.Values.AsSpan(0, count));
        }

        public override Delegate CreateGetter(int output, Func<int> slot) => _scores.CreateGetter(slot);
    }
}
