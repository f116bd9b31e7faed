using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>A detector bound to the feature column of a view: one Single per row.</summary>
internal sealed class DetectorMapper(IFittedDetector detector, ColumnClassifier classifier, DataViewSchema.Column features, string output)
    : BatchMapper
{
    public override IReadOnlyList<DataViewSchema.Column> InputColumns { get; } = [features];

    public override IReadOnlyList<DataViewSchema.DetachedColumn> OutputColumns { get; } = [new(output, NumberDataViewType.Single)];

    public override BatchComputation CreateComputation(DataViewRow input, bool[] activeOutputs, int capacity)
    {
        var buffer = new FeatureBuffer(input, features, classifier.FeatureCount, capacity, mustBeFinite: true);
        return new Computation(detector, classifier, buffer, capacity);
    }

    private sealed class Computation(IFittedDetector detector, ColumnClassifier classifier, FeatureBuffer features, int capacity)
        : BatchComputation
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
