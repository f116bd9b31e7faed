using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Pipeline;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Trainers;

/// <summary>One forward pass per batch, whatever is read of its results.</summary>
internal sealed class NetworkMapper(ColumnClassifier classifier, DataViewSchema.Column features, IScoreLayout layout) : BatchMapper
{
    public override IReadOnlyList<DataViewSchema.Column> InputColumns { get; } = [features];

    public override IReadOnlyList<DataViewSchema.DetachedColumn> OutputColumns => layout.Columns;

    public override BatchComputation CreateComputation(DataViewRow input, bool[] activeOutputs, int capacity) => new Computation(
        classifier.Classifier, new FeatureBuffer(input, features, classifier.FeatureCount, capacity), layout.CreateBuffers(activeOutputs, capacity));

    private sealed class Computation(IClassifier classifier, FeatureBuffer features, IScoreBuffers buffers) : BatchComputation
    {
        public override void Read(int slot, long position) => features.Read(slot, position);

        public override void Compute(int count)
        {
            using var inference = inference_mode();
            using var scope = NewDisposeScope();
            var logits = classifier.Logits(FeatureTensor.Of(features, count, classifier));
            buffers.Fill(logits.to(ScalarType.Float32).cpu(), count);
        }

        public override Delegate CreateGetter(int output, Func<int> slot) => buffers.CreateGetter(output, slot);
    }
}
