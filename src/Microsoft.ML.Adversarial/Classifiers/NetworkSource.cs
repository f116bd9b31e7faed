using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Adversarial.Transforms;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Adversarial.Classifiers;

/// <summary>Where an estimator finds its network: it was given one, or a score column of the view carries it.</summary>
internal sealed class NetworkSource
{
    private readonly string? _scoreColumnName;
    private readonly ColumnClassifier? _classifier;

    private NetworkSource(string? scoreColumnName, ColumnClassifier? classifier) => (_scoreColumnName, _classifier) = (scoreColumnName, classifier);

    /// <summary>The classes of the network, where it is known before the fit.</summary>
    public ClassLabels? KnownLabels => _classifier?.Labels;

    /// <summary>The network, where it is known before the fit.</summary>
    public IClassifier? KnownClassifier => _classifier?.Classifier;

    public static NetworkSource OfScores(string columnName)
    {
        ArgumentException.ThrowIfNullOrEmpty(columnName, "scoreColumnName");
        return new(columnName, null);
    }

    public static NetworkSource Of(ColumnClassifier classifier, string step)
    {
        classifier.RequireNetwork(step);
        return new(null, classifier);
    }

    /// <summary>The network and the features that it reads, or an error that says which step is missing.</summary>
    public ColumnClassifier Find(DataViewSchema schema, string step)
    {
        var classifier = _classifier ?? ClassifierAnnotation.Find(schema, _scoreColumnName!, step);
        classifier.RequireNetwork(step);
        FeatureBuffer.CheckType(RequiredColumn.Of(schema, classifier.FeatureColumnName, step), classifier.FeatureCount);
        return classifier;
    }

    /// <summary>Throws where a fit would find no network or no features.</summary>
    public void RequireIn(SchemaShape shape, string step)
    {
        if (_classifier is not null)
        {
            RequiredColumn.Of(shape, _classifier.FeatureColumnName, step);
            return;
        }

        var score = shape.FirstOrDefault(column => column.Name == _scoreColumnName);
        if (score.Name is null || !ClassifierAnnotation.IsPromisedBy(score))
        {
            throw ClassifierAnnotation.Missing(_scoreColumnName!, step, score.Name is not null);
        }
    }

    /// <summary>What a column that is shaped as the network's features will be annotated with, where these are known before the fit.</summary>
    public SchemaShape.Column[] FeatureAnnotations(SchemaShape shape) =>
        _classifier is null ? [] : FeatureColumnType.Annotations(shape.First(column => column.Name == _classifier.FeatureColumnName));

    /// <summary>What a column of this network's classes as keys will be annotated with.</summary>
    public SchemaShape.Column[] KeyAnnotations(SchemaShape shape)
    {
        if (_classifier is not null)
        {
            return _classifier.Labels.AsKeys().Values is { } values ? [KeyValues(values.ItemType)] : [];
        }

        // A single score is a binary network's.
        var score = shape.First(column => column.Name == _scoreColumnName);
        return score.Kind == SchemaShape.Column.VectorKind.Scalar
            ? [KeyValues(BooleanDataViewType.Instance)]
            : [.. score.Annotations.Where(annotation => annotation.Name == AnnotationUtils.Kinds.TrainingLabelValues)
                .Select(annotation => KeyValues(annotation.ItemType))];
    }

    /// <summary>Says once, in the log of the context, what a layer without a rule costs.</summary>
    public static void WarnOfSlowLayers(IHostEnvironment env, ColumnClassifier classifier, string step)
    {
        var network = classifier.RequireNetwork(step);
        if (network.Taps.Uncovered is not { } layer)
        {
            return;
        }

        using var channel = env.Register(step).Start(step);
        channel.Warning(
            MessageSensitivity.None,
            "Layer {0} has no rule for Fisher information: rows are scored one by one, with about {1} passes each, exact but many times slower.",
            layer, network.ClassCount + 1);
    }

    private static SchemaShape.Column KeyValues(DataViewType itemType) =>
        new(AnnotationUtils.Kinds.KeyValues, SchemaShape.Column.VectorKind.Vector, itemType, isKey: false);
}
