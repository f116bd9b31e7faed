using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>Makes an <see cref="AdversarialAttackTransformer"/>. Fitting learns nothing: it checks that the attack fits the columns.</summary>
public sealed class AdversarialAttackEstimator : IEstimator<AdversarialAttackTransformer>
{
    private readonly ColumnClassifier _classifier;
    private readonly ColumnClassifier _attacked;
    private readonly Attack _attack;
    private readonly AttackColumns _columns;
    private readonly long _seed;

    internal AdversarialAttackEstimator(ColumnClassifier classifier, Attack attack, AttackColumns columns, long seed)
    {
        ArgumentNullException.ThrowIfNull(attack);
        columns.Validate();
        _attacked = classifier.WithTransformations();
        if (!attack.CanAttack(_attacked.Classifier))
        {
            throw new ArgumentException(
                $"{attack.GetType().Name} needs what {_attacked.Classifier.GetType().Name} has not, such as gradients. Choose an attack that works without.", nameof(attack));
        }

        (_classifier, _attack, _columns, _seed) = (classifier, attack, columns, seed);
    }

    /// <inheritdoc/>
    public AdversarialAttackTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var transformer = new AdversarialAttackTransformer(_classifier, _attack, _columns, _seed);
        transformer.GetOutputSchema(input.Schema);
        return transformer;
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        var features = RequiredColumn.Of(inputSchema, _attacked.FeatureColumnName, nameof(AdversarialAttackEstimator));
        _classifier.Labels.RequireFit(
            RequiredColumn.Of(inputSchema, _columns.Target ?? _columns.Label, nameof(AdversarialAttackEstimator)));
        SchemaShape.Column[] keyValues = _classifier.Labels.Values is { } values
            ? [new(AnnotationUtils.Kinds.KeyValues, SchemaShape.Column.VectorKind.Vector, values.ItemType, isKey: false)]
            : [];
        return inputSchema.With(
            ShapeExtensions.Vector(_columns.AdversarialFeatures, FeatureColumnType.Annotations(features)),
            ShapeExtensions.Scalar(_columns.Succeeded, BooleanDataViewType.Instance),
            ShapeExtensions.Scalar(_columns.Size, NumberDataViewType.Single),
            _classifier.Labels.IsBoolean
                ? ShapeExtensions.Scalar(_columns.PredictedLabel, BooleanDataViewType.Instance)
                : ShapeExtensions.Key(_columns.PredictedLabel, keyValues));
    }
}
