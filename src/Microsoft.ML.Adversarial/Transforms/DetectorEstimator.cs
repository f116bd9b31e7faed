using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Adversarial.Trainers;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>
/// Makes a <see cref="DetectorTransformer"/>. Fitting finds the network, either the one it was given or the one that a score column
/// carries, and lets the detector learn from clean rows with features and labels, which are read once into memory. Detectors that learn
/// nothing read no rows and need no labels.
/// </summary>
public sealed class DetectorEstimator : IEstimator<DetectorTransformer>
{
    private readonly Detector _detector;
    private readonly string _outputColumnName;
    private readonly string _labelColumnName;
    private readonly NetworkSource _source;

    internal DetectorEstimator(Detector detector, string outputColumnName, string labelColumnName, NetworkSource source) =>
        (_detector, _outputColumnName, _labelColumnName, _source) = (detector, outputColumnName, labelColumnName, source);

    private string Step => _detector.GetType().Name;

    private bool Learns => _detector is not StatelessDetector;

    /// <summary>Fits the detector.</summary>
    /// <param name="input">
    /// Clean rows; those that trained the network will do. To calibrate the score afterwards, take others (see
    /// <see cref="AdversarialDetectionEstimator"/>).
    /// </param>
    /// <exception cref="ArgumentException">
    /// A column is missing or of another type, there are too few rows, or the detector does not work on the network.
    /// </exception>
    /// <exception cref="InvalidOperationException">A row has no label or a value that is not finite; names it.</exception>
    /// <exception cref="NotSupportedException">The network has no layers of the kind that the detector looks at.</exception>
    public DetectorTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var classifier = _source.Find(input.Schema, Step);
        var network = classifier.RequireNetwork(Step);
        var features = RequiredColumn.Of(input.Schema, classifier.FeatureColumnName, Step);
        var fitted = _detector is StatelessDetector stateless ? stateless.On(network) : Learn(input, classifier, network, features);
        var transformer = new DetectorTransformer(classifier, fitted, _outputColumnName);
        transformer.GetOutputSchema(input.Schema);
        return transformer;
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        _source.RequireIn(inputSchema, Step);
        if (Learns)
        {
            var label = RequiredColumn.Of(inputSchema, _labelColumnName, Step);
            _source.KnownLabels?.RequireFit(label);
        }

        return inputSchema.With(ShapeExtensions.Scalar(_outputColumnName, NumberDataViewType.Single));
    }

    private FittedDetector Learn(IDataView input, ColumnClassifier classifier, NetworkClassifier network, DataViewSchema.Column features)
    {
        var label = RequiredColumn.Of(input.Schema, _labelColumnName, Step);
        classifier.Labels.RequireFit(label);
        using var scope = TorchSharp.torch.NewDisposeScope();
        var rows = TrainingData.Read(input, features, label, classifier.Labels, network.InputShape, CancellationToken.None);
        return _detector.Fit(network, rows.Inputs.to(network.ElementType, network.Device), rows.Labels);
    }
}
