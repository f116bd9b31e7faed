using Microsoft.ML.Adversarial.Certification;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>
/// Makes an <see cref="IntervalCertificateTransformer"/>. Fitting learns nothing from the data: it finds the network, either the one it was given
/// or the one that a score column carries, and checks that bounds can be taken through its layers.
/// </summary>
public sealed class IntervalCertificateEstimator : IEstimator<IntervalCertificateTransformer>
{
    internal const string Step = "IntervalCertificate";

    private readonly NetworkSource _source;
    private readonly double _epsilon;
    private readonly IntervalColumns _columns;

    internal IntervalCertificateEstimator(NetworkSource source, double epsilon, IntervalColumns columns)
    {
        columns.Validate();
        _epsilon = IntervalCertificate.RequireEpsilon(epsilon, nameof(epsilon));
        (_source, _columns) = (source, columns);
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">A layer of the network has no interval rule; names it.</exception>
    public IntervalCertificateTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var transformer = new IntervalCertificateTransformer(_source.Find(input.Schema, Step), _epsilon, _columns);
        transformer.GetOutputSchema(input.Schema);
        return transformer;
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        _source.RequireIn(inputSchema, Step);
        return inputSchema.With(_columns.Names.Select(name => ShapeExtensions.Scalar(
            name, name == _columns.IsCertified ? BooleanDataViewType.Instance : NumberDataViewType.Single)));
    }
}
