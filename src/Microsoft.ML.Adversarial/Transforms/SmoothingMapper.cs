using Microsoft.ML.Adversarial.Certification;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>A smoothed prediction bound to the feature column of a view.</summary>
internal sealed class SmoothingMapper(
    ColumnClassifier classifier, RandomizedSmoothing smoothing, SmoothingColumns columns, long seed, DataViewSchema.Column features) : BatchMapper
{
    private readonly ClassLabels _labels = classifier.Labels.AsKeys();

    public override IReadOnlyList<DataViewSchema.Column> InputColumns { get; } = [features];

    public override IReadOnlyList<DataViewSchema.DetachedColumn> OutputColumns =>
    [
        PredictedLabelColumn.Create(columns.Label, _labels, new DataViewSchema.Annotations.Builder()),
        new(columns.Radius, NumberDataViewType.Single),
    ];

    public override BatchComputation CreateComputation(DataViewRow input, bool[] activeOutputs, int capacity) => new Computation(
        this, new FeatureBuffer(input, features, classifier.FeatureCount, capacity, mustBeFinite: true), capacity);

    private SmoothingCertificate Certify(FeatureBuffer rows, int count) => smoothing.Certify(
        classifier.Classifier, FeatureTensor.Of(rows, count, classifier.Classifier),
        new() { Seed = seed, RowKeys = [.. Enumerable.Range(0, count).Select(slot => FeatureKey.Of(rows.Row(slot)))] });

    private sealed class Computation(SmoothingMapper mapper, FeatureBuffer features, int capacity) : BatchComputation
    {
        private readonly PredictedLabelBuffer _labels = new(capacity, mapper._labels);
        private readonly OutputBuffer<float> _radii = new(capacity);

        public override void Read(int slot, long position) => features.Read(slot, position);

        public override void Compute(int count)
        {
            using var scope = NewDisposeScope();
            using var certificate = mapper.Certify(features, count);
            _labels.Fill(certificate.Classes);
            var slot = 0;
            foreach (var radius in certificate.Radii.data<double>())
            {
                _radii.Values[slot++] = RoundedDown.ToSingle(radius);
            }
        }

        public override Delegate CreateGetter(int output, Func<int> slot) => output == 0 ? _labels.CreateGetter(slot) : _radii.CreateGetter(slot);
    }
}
