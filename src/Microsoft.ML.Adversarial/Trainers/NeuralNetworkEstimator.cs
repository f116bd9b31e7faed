using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Adversarial.Transforms;
using Microsoft.ML.Data;
using Kinds = Microsoft.ML.Data.AnnotationUtils.Kinds;

namespace Microsoft.ML.Adversarial.Trainers;

/// <summary>
/// Puts a network that exists already into a pipeline, as the transformer that training gives. Fitting learns nothing: it checks the
/// feature
/// column and takes the classes' names from a label column, if one is named.
/// </summary>
public sealed class NeuralNetworkEstimator : IEstimator<NeuralNetworkMulticlassTransformer>
{
    private const string Step = "NeuralNetwork";

    private readonly NetworkClassifier _classifier;
    private readonly string _featureColumnName;
    private readonly string? _labelColumnName;
    private readonly LabelValues? _labels;
    private readonly ScoreColumns _columns;

    internal NeuralNetworkEstimator(
        NetworkClassifier classifier, string featureColumnName, string? labelColumnName, IReadOnlyList<string>? labels, ScoreColumns columns)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ColumnNames.Require(featureColumnName);
        columns.Validate();
        if (classifier.Stored is null)
        {
            throw new ArgumentException(
                $"{Step}: expected a classifier made from a Network, an OnnxNetwork or a TorchScriptNetwork, which can be saved, got one around a module.", nameof(classifier));
        }

        if (labels is not null && labelColumnName is not null)
        {
            throw new ArgumentException($"{Step}: expected labels or a label column, got both.", nameof(labels));
        }

        (_classifier, _featureColumnName, _labelColumnName, _columns) = (classifier, featureColumnName, labelColumnName, columns);
        _labels = labels is null ? null : new(TextDataViewType.Instance.ToString()!, [.. labels]);
        new ClassLabels(classifier.ClassCount, IsBoolean: false, _labels).Validate();
    }

    /// <summary>Binds the network to the columns.</summary>
    /// <param name="input">A view with the feature column, and with the label column if one was named; no row is read.</param>
    /// <exception cref="ArgumentException">A column is missing or of another type, or has another number of features or
    /// classes.</exception>
    public NeuralNetworkMulticlassTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var features = RequiredColumn.Of(input.Schema, _featureColumnName, Step);
        var labels = _labelColumnName is null ? new(_classifier.ClassCount, IsBoolean: false, _labels) : LabelsOf(input.Schema);
        var transformer = new NeuralNetworkMulticlassTransformer(
            new(_classifier, _featureColumnName, labels) { Transformations = ColumnTransformation.Of(features) }, _columns);
        transformer.GetOutputSchema(input.Schema);
        return transformer;
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        var features = RequiredColumn.Of(inputSchema, _featureColumnName, Step);
        if (features.Kind != SchemaShape.Column.VectorKind.Vector || features.ItemType != NumberDataViewType.Single)
        {
            throw new ArgumentException($"Column '{features.Name}': expected a vector of Single of known size, got {features.GetTypeString()}.");
        }

        SchemaShape.Column[] keyValues = _labelColumnName is null
            ? _labels is null ? [] : [new(Kinds.KeyValues, SchemaShape.Column.VectorKind.Vector, _labels.ItemType, isKey: false)]
            : [.. KeyOf(inputSchema).Annotations.Where(one => one.Name == Kinds.KeyValues && LabelValues.CanHold(one.ItemType))];
        return inputSchema.With(MulticlassScoreLayout.Shape(_columns, keyValues));
    }

    private ClassLabels LabelsOf(DataViewSchema schema)
    {
        var column = RequiredColumn.Of(schema, _labelColumnName!, Step);
        if (column.Type is not KeyDataViewType)
        {
            throw LabelError(column.Type.ToString()!);
        }

        var labels = ClassLabels.Of(column);
        return labels.Count == _classifier.ClassCount
            ? labels
            : throw new ArgumentException(
                $"Column '{_labelColumnName}': expected a key with {_classifier.ClassCount} values, one per class of the network in its order, got {labels.Count}. Name the classes by labels instead.");
    }

    private SchemaShape.Column KeyOf(SchemaShape shape)
    {
        var column = RequiredColumn.Of(shape, _labelColumnName!, Step);
        return column.IsKey ? column : throw LabelError(column.GetTypeString());
    }

    private ArgumentException LabelError(string got) =>
        new($"Column '{_labelColumnName}': expected a key, got {got}. Put Conversion.MapValueToKey(\"{_labelColumnName}\") before this step.");
}
