using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Pipeline;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>An attribution bound to the columns of a view.</summary>
internal sealed class InputGradientMapper(
    InputGradientTransformer transformer, ColumnClassifier classifier, DataViewSchema.Column features, DataViewSchema.Column? label) : BatchMapper
{
    public override IReadOnlyList<DataViewSchema.Column> InputColumns { get; } = label is { } read ? [features, read] : [features];

    public override IReadOnlyList<DataViewSchema.DetachedColumn> OutputColumns { get; } =
        [FeatureColumnType.Detached(transformer.OutputColumnName, features, classifier)];

    public override BatchComputation CreateComputation(DataViewRow input, bool[] activeOutputs, int capacity) => new Computation(
        transformer, classifier.RequireNetwork(InputGradientEstimator.Step),
        new FeatureBuffer(input, features, classifier.FeatureCount, capacity, mustBeFinite: true),
        label is { } column ? new LabelBuffer(input, column, classifier.Labels, capacity) : null,
        new RowKeyBuffer(input, capacity), new VectorOutputBuffer(capacity, classifier.FeatureCount));

    private sealed class Computation(
        InputGradientTransformer transformer, NetworkClassifier network, FeatureBuffer features, LabelBuffer? labels, RowKeyBuffer keys,
        VectorOutputBuffer attributions) : BatchComputation
    {
        public override void Read(int slot, long position)
        {
            features.Read(slot, position);
            labels?.Read(slot, position);
            keys.Read(slot);
        }

        public override void Compute(int count)
        {
            using var scope = NewDisposeScope();
            var inputs = FeatureTensor.Of(features, count, network);
            var classes = labels is null ? null : tensor(labels.Classes(count));
            var found = transformer.Attribution.Attribute(network, inputs, transformer.Output, classes, transformer.Seed, keys.Keys(count));
            FeatureTensor.CopyTo(found, attributions.Rows(count));
        }

        public override Delegate CreateGetter(int output, Func<int> slot) => attributions.CreateGetter(slot);
    }
}
