using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Explanations;
using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>Confusing logits bound to the feature column of a view.</summary>
internal sealed class ConfusingLogitsMapper(
    ConfusingLogits settings, ColumnClassifier classifier, IReadOnlyList<ConfusingLogitsOutput> outputs, FeatureImages? images,
    DataViewSchema.Column features) : BatchMapper
{
    private readonly ClassLabels _labels = classifier.Labels.AsKeys();

    public override IReadOnlyList<DataViewSchema.Column> InputColumns { get; } = [features];

    public override IReadOnlyList<DataViewSchema.DetachedColumn> OutputColumns => [.. outputs.Select(Column)];

    public override BatchComputation CreateComputation(DataViewRow input, bool[] activeOutputs, int capacity) => new Computation(
        settings, classifier, outputs, [.. outputs.Where((_, index) => activeOutputs[index])], images, _labels,
        new FeatureBuffer(input, features, classifier.FeatureCount, capacity, mustBeFinite: true), capacity);

    private DataViewSchema.DetachedColumn Column(ConfusingLogitsOutput output) => output.Content switch
    {
        ConfusingLogitsContent.FirstClass or ConfusingLogitsContent.SecondClass =>
            PredictedLabelColumn.Create(output.Name, _labels, new DataViewSchema.Annotations.Builder()),
        ConfusingLogitsContent.LogitGap => new(output.Name, NumberDataViewType.Single),
        ConfusingLogitsContent.IsConfusing => new(output.Name, BooleanDataViewType.Instance),
        ConfusingLogitsContent.Vector => FeatureColumnType.Detached(output.Name, features, classifier),
        _ => new(output.Name, images!.Type),
    };

    private sealed class Computation : BatchComputation
    {
        private readonly ConfusingLogits _settings;
        private readonly NetworkClassifier _network;
        private readonly IReadOnlyList<ConfusingLogitsOutput> _outputs;
        private readonly FeatureImages? _images;
        private readonly FeatureBuffer _features;
        private readonly bool _needsNetwork;
        private readonly ConfusingLogitsParts _parts;
        private readonly PredictedLabelBuffer _first;
        private readonly PredictedLabelBuffer _second;
        private readonly OutputBuffer<float> _gaps;
        private readonly OutputBuffer<bool> _confusing;
        private readonly Dictionary<ConfusingLogitsParts, VectorOutputBuffer> _vectors;

        public Computation(
            ConfusingLogits settings, ColumnClassifier classifier, IReadOnlyList<ConfusingLogitsOutput> outputs,
            IReadOnlyList<ConfusingLogitsOutput> active, FeatureImages? images, ClassLabels labels, FeatureBuffer features, int capacity)
        {
            (_settings, _outputs, _images, _features) = (settings, outputs, images, features);
            _network = classifier.RequireNetwork(ConfusingLogitsEstimator.Step);
            _needsNetwork = active.Any(output => output.Content != ConfusingLogitsContent.FeaturesImage);
            _parts = active.Aggregate(ConfusingLogitsParts.None, (parts, output) => parts | output.Part);
            (_first, _second) = (new(capacity, labels), new(capacity, labels));
            (_gaps, _confusing) = (new(capacity), new(capacity));
            _vectors = active.Select(output => output.Part).Where(part => part != ConfusingLogitsParts.None).Distinct()
                .ToDictionary(part => part, _ => new VectorOutputBuffer(capacity, classifier.FeatureCount));
        }

        public override void Read(int slot, long position) => _features.Read(slot, position);

        public override void Compute(int count)
        {
            if (!_needsNetwork)
            {
                return;
            }

            using var scope = NewDisposeScope();
            using var result = _settings.Compute(_network, FeatureTensor.Of(_features, count, _network), _parts);
            _first.Fill(result.First);
            _second.Fill(result.Second);
            FeatureTensor.CopyTo(result.Gap, _gaps.Values.AsSpan(0, count));
            result.IsConfusing.cpu().data<bool>().ToArray().CopyTo(_confusing.Values, 0);
            foreach (var (part, vectors) in _vectors)
            {
                FeatureTensor.CopyTo(Of(result, part), vectors.Rows(count));
            }
        }

        public override Delegate CreateGetter(int output, Func<int> slot)
        {
            var (_, content, part) = _outputs[output];
            return content switch
            {
                ConfusingLogitsContent.FirstClass => _first.CreateGetter(slot),
                ConfusingLogitsContent.SecondClass => _second.CreateGetter(slot),
                ConfusingLogitsContent.LogitGap => _gaps.CreateGetter(slot),
                ConfusingLogitsContent.IsConfusing => _confusing.CreateGetter(slot),
                ConfusingLogitsContent.Vector => _vectors[part].CreateGetter(slot),
                ConfusingLogitsContent.FeaturesImage => _images!.CreateInputGetter(slot, current => _features.Row(current)),
                ConfusingLogitsContent.InputImage => _images!.CreateInputGetter(slot, current => _vectors[part].Row(current)),
                _ => _images!.CreateSignedGetter(slot, current => _vectors[part].Row(current)),
            };
        }

        private static Tensor Of(ConfusingLogitsResult result, ConfusingLogitsParts part) => part switch
        {
            ConfusingLogitsParts.FirstGradient => result.FirstGradient,
            ConfusingLogitsParts.SecondGradient => result.SecondGradient,
            ConfusingLogitsParts.TowardsFirst => result.TowardsFirst,
            _ => result.TowardsSecond,
        };
    }
}
