using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Fisher;
using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>Fisher-information scores bound to the columns of a view.</summary>
internal sealed class FisherMapper(
    FisherInformation information, ColumnClassifier classifier, FisherColumns columns, DataViewSchema.Column features, DataViewSchema.Column? label) : BatchMapper
{
    private readonly IReadOnlyList<(string Name, FisherQuantities Quantity)> _outputs = columns.Outputs();

    public override IReadOnlyList<DataViewSchema.Column> InputColumns { get; } = label is { } read ? [features, read] : [features];

    public override IReadOnlyList<DataViewSchema.DetachedColumn> OutputColumns { get; } =
    [
        .. columns.Outputs().Select(output => output.Quantity == FisherQuantities.Sensitivity
            ? FeatureColumnType.Detached(output.Name, features, classifier)
            : new DataViewSchema.DetachedColumn(output.Name, NumberDataViewType.Single)),
    ];

    public override BatchComputation CreateComputation(DataViewRow input, bool[] activeOutputs, int capacity) =>
        new Computation(this, information, classifier, input, features, label, activeOutputs, capacity);

    private sealed class Computation : BatchComputation
    {
        private readonly FisherInformation _information;
        private readonly NetworkClassifier _network;
        private readonly FeatureBuffer _features;
        private readonly LabelBuffer? _labels;
        private readonly FisherQuantities _quantities;
        private readonly IReadOnlyList<(string Name, FisherQuantities Quantity)> _outputs;
        private readonly Dictionary<FisherQuantities, OutputBuffer<float>> _scores;
        private readonly VectorOutputBuffer _sensitivities;

        public Computation(
            FisherMapper mapper, FisherInformation information, ColumnClassifier classifier, DataViewRow input, DataViewSchema.Column features,
            DataViewSchema.Column? label, bool[] active, int capacity)
        {
            _information = information;
            _network = classifier.RequireNetwork("FisherInformation");
            _outputs = mapper._outputs;
            _features = new FeatureBuffer(input, features, classifier.FeatureCount, capacity, mustBeFinite: true);
            _labels = label is { } column ? new LabelBuffer(input, column, classifier.Labels, capacity) : null;
            var wanted = _outputs.Where((_, index) => active[index]).Select(output => output.Quantity).ToArray();
            _quantities = wanted.Aggregate(FisherQuantities.None, (all, quantity) => all | quantity);
            _scores = _outputs.ToDictionary(output => output.Quantity, _ => new OutputBuffer<float>(capacity));
            _sensitivities = new VectorOutputBuffer(_quantities.HasFlag(FisherQuantities.Sensitivity) ? capacity : 0, classifier.FeatureCount);
        }

        public override void Read(int slot, long position)
        {
            _features.Read(slot, position);
            _labels?.Read(slot, position);
        }

        public override void Compute(int count)
        {
            using var scope = NewDisposeScope();
            var inputs = FeatureTensor.Of(_features, count, _network);
            var labels = _labels is null ? null : tensor(_labels.Classes(count));
            var scores = _information.Compute(inputs, _quantities, labels);
            Copy(scores.Trace, FisherQuantities.Trace, count);
            Copy(scores.QuadraticForm, FisherQuantities.QuadraticForm, count);
            Copy(scores.NormalisedQuadraticForm, FisherQuantities.NormalisedQuadraticForm, count);
            Copy(scores.TopEigenvalue, FisherQuantities.TopEigenvalue, count);
            Copy(scores.SensitivityNorm, FisherQuantities.SensitivityNorm, count);
            if (scores.Sensitivity is { } sensitivity)
            {
                FeatureTensor.CopyTo(sensitivity, _sensitivities.Rows(count));
            }
        }

        public override Delegate CreateGetter(int output, Func<int> slot) => _outputs[output].Quantity == FisherQuantities.Sensitivity
            ? _sensitivities.CreateGetter(slot)
            : _scores[_outputs[output].Quantity].CreateGetter(slot);

        private void Copy(Tensor? scores, FisherQuantities quantity, int count)
        {
            if (scores is not null)
            {
                FeatureTensor.CopyTo(scores, _scores[quantity].Values.AsSpan(0, count));
            }
        }
    }
}
