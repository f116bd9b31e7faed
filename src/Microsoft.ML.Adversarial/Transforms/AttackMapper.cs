using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Adversarial.Transformations;
using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>An attack bound to the columns of a view.</summary>
internal sealed class AttackMapper(
    ColumnClassifier classifier, Attack attack, AttackColumns columns, long seed, DataViewSchema.Column features, DataViewSchema.Column label) : BatchMapper
{
    public override IReadOnlyList<DataViewSchema.Column> InputColumns { get; } = [features, label];

    public override IReadOnlyList<DataViewSchema.DetachedColumn> OutputColumns { get; } =
    [
        FeatureColumnType.Detached(columns.AdversarialFeatures, features, classifier),
        new(columns.Succeeded, BooleanDataViewType.Instance),
        new(columns.Size, NumberDataViewType.Single),
        PredictedLabelColumn.Create(columns.PredictedLabel, classifier.Labels, new DataViewSchema.Annotations.Builder()),
    ];

    public override BatchComputation CreateComputation(DataViewRow input, bool[] activeOutputs, int capacity) =>
        new Computation(this, input, capacity);

    private ColumnClassifier Classifier => classifier;

    private DataViewSchema.Column Features => features;

    private DataViewSchema.Column Label => label;

    // A random transformation draws in the order of calls: each batch has a stream of its own, so that reading again gives the same.
    private IClassifier Attacked(long[] rowKeys) => classifier.Classifier is TransformedClassifier transformed
        ? transformed.Restarted(unchecked(seed ^ rowKeys[0]))
        : classifier.Classifier;

    private AttackResult Run(Tensor inputs, Tensor classes, long[] rowKeys) => attack.Run(
        Attacked(rowKeys), inputs, columns.Target is null ? Goal.Misclassify(classes) : Goal.MisclassifyAs(classes), new() { Seed = seed, RowKeys = rowKeys });

    private sealed class Computation : BatchComputation
    {
        private readonly AttackMapper _mapper;
        private readonly FeatureBuffer _features;
        private readonly LabelBuffer _labels;
        private readonly RowErrors _errors;
        private readonly RowKeyBuffer _keys;
        private readonly VectorOutputBuffer _adversarial;
        private readonly OutputBuffer<bool> _succeeded;
        private readonly OutputBuffer<float> _sizes;
        private readonly PredictedLabelBuffer _predictions;

        public Computation(AttackMapper mapper, DataViewRow input, int capacity)
        {
            _mapper = mapper;
            var length = mapper.Classifier.FeatureCount;
            _features = new FeatureBuffer(input, mapper.Features, length, capacity, mustBeFinite: true);
            _labels = new LabelBuffer(input, mapper.Label, mapper.Classifier.Labels, capacity);
            _errors = new RowErrors(capacity, mapper.Features.Name);
            _keys = new RowKeyBuffer(input, capacity);
            _adversarial = new VectorOutputBuffer(capacity, length);
            _succeeded = new OutputBuffer<bool>(capacity);
            _sizes = new OutputBuffer<float>(capacity);
            _predictions = new PredictedLabelBuffer(capacity, mapper.Classifier.Labels);
        }

        public override void Read(int slot, long position)
        {
            _features.Read(slot, position);
            _errors.Note(slot, position);
            // The core checks whole batches; here a row outside the bounds spares those before it.
            _errors.Naming(() => _mapper.Classifier.Classifier.Bounds.RequireInside(_features.Row(slot), slot));
            _labels.Read(slot, position);
            _keys.Read(slot);
        }

        public override void Compute(int count)
        {
            using var scope = NewDisposeScope();
            var classifier = _mapper.Classifier.Classifier;
            var inputs = FeatureTensor.Of(_features, count, classifier);
            using var result = _errors.Naming(() => _mapper.Run(inputs, tensor(_labels.Classes(count)), _keys.Keys(count)));
            FeatureTensor.CopyTo(result.Inputs, _adversarial.Rows(count));
            FeatureTensor.CopyTo(result.Size, _sizes.Values.AsSpan(0, count));
            result.Succeeded.cpu().data<bool>().ToArray().CopyTo(_succeeded.Values, 0);
            _predictions.Fill(result.Predictions);
        }

        public override Delegate CreateGetter(int output, Func<int> slot) => output switch
        {
            0 => _adversarial.CreateGetter(slot),
            1 => _succeeded.CreateGetter(slot),
            2 => _sizes.CreateGetter(slot),
            _ => _predictions.CreateGetter(slot),
        };
    }
}
