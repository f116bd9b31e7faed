using Microsoft.ML.Adversarial.Certification;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>An interval certificate bound to the feature column of a view.</summary>
internal sealed class IntervalMapper(
    ColumnClassifier classifier, IntervalCertificate certificate, double epsilon, IntervalColumns columns, DataViewSchema.Column features)
    : BatchMapper
{
    public override IReadOnlyList<DataViewSchema.Column> InputColumns { get; } = [features];

    public override IReadOnlyList<DataViewSchema.DetachedColumn> OutputColumns { get; } =
    [
        .. columns.Names.Select(name => new DataViewSchema.DetachedColumn(
            name, name == columns.IsCertified ? BooleanDataViewType.Instance : NumberDataViewType.Single)),
    ];

    // Beyond the widest of the bounds a larger ε admits nothing new.
    private double LargestEpsilon { get; } = classifier.Classifier.Bounds.Lower
        .Zip(classifier.Classifier.Bounds.Upper, (lower, upper) => (double)upper - lower)
        .Where(width => width > 0 && double.IsFinite(width)).DefaultIfEmpty(1).Max();

    public override BatchComputation CreateComputation(DataViewRow input, bool[] activeOutputs, int capacity) =>
        new Computation(this, input, activeOutputs, capacity);

    private ColumnClassifier Classifier => classifier;

    private IReadOnlyList<string> Names => columns.Names;

    private bool IsFlag(int output) => Names[output] == columns.IsCertified;

    private FeatureBuffer CreateBuffer(DataViewRow input, int capacity) =>
        new(input, features, classifier.FeatureCount, capacity, mustBeFinite: true);

    private RowErrors CreateErrors(int capacity) => new(capacity, features.Name);

    private bool[] Certify(Tensor inputs) => certificate.Certify(inputs, epsilon).cpu().data<bool>().ToArray();

    private float[] Largest(Tensor inputs) =>
        [.. certificate.LargestEpsilon(inputs, LargestEpsilon).cpu().data<double>().ToArray().Select(RoundedDown.ToSingle)];

    private sealed class Computation(IntervalMapper mapper, DataViewRow input, bool[] active, int capacity) : BatchComputation
    {
        private readonly FeatureBuffer _features = mapper.CreateBuffer(input, capacity);
        private readonly RowErrors _errors = mapper.CreateErrors(capacity);
        private readonly OutputBuffer<bool> _flags = new(capacity);
        private readonly OutputBuffer<float> _epsilons = new(capacity);

        public override void Read(int slot, long position)
        {
            _features.Read(slot, position);
            _errors.Note(slot, position);

            // The core checks whole batches; here a row outside the bounds spares those before it.
            _errors.Naming(() => mapper.Classifier.Classifier.Bounds.RequireInside(_features.Row(slot), slot));
        }

        public override void Compute(int count)
        {
            using var scope = NewDisposeScope();
            var inputs = FeatureTensor.Of(_features, count, mapper.Classifier.Classifier);
            for (var output = 0; output < mapper.Names.Count; output++)
            {
                if (active[output] && mapper.IsFlag(output))
                {
                    mapper.Certify(inputs).CopyTo(_flags.Values, 0);
                }
                else if (active[output])
                {
                    mapper.Largest(inputs).CopyTo(_epsilons.Values, 0);
                }
            }
        }

        public override Delegate CreateGetter(int output, Func<int> slot) =>
            mapper.IsFlag(output) ? _flags.CreateGetter(slot) : _epsilons.CreateGetter(slot);
    }
}
