using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Fisher;
using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>
/// Makes a <see cref="FisherInformationTransformer"/>. Fitting learns nothing from the data: it finds the network, either the one it was given
/// or the one that a score column carries. Where a layer of it makes scoring slow, a warning in the log names it.
/// </summary>
public sealed class FisherInformationEstimator : IEstimator<FisherInformationTransformer>
{
    private const string Step = "FisherInformation";

    private readonly IHostEnvironment _env;
    private readonly NetworkSource _source;
    private readonly FisherColumns _columns;
    private readonly FisherDirection _direction;

    internal FisherInformationEstimator(IHostEnvironment env, NetworkSource source, FisherColumns columns, FisherDirection direction)
    {
        columns.Validate();
        (_env, _source, _columns, _direction) = (env, source, columns, direction);
    }

    /// <inheritdoc/>
    public FisherInformationTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var classifier = _source.Find(input.Schema, Step);
        NetworkSource.WarnOfSlowLayers(_env, classifier, Step);
        var transformer = new FisherInformationTransformer(classifier, _columns, _direction);
        transformer.GetOutputSchema(input.Schema);
        return transformer;
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        _source.RequireIn(inputSchema, Step);
        if (_direction == FisherDirection.Label)
        {
            _source.KnownLabels?.RequireFit(RequiredColumn.Of(inputSchema, _columns.Label, Step));
        }

        return inputSchema.With(_columns.Outputs().Select(output => output.Quantity == FisherQuantities.Sensitivity
            ? ShapeExtensions.Vector(output.Name)
            : ShapeExtensions.Scalar(output.Name, NumberDataViewType.Single)));
    }
}
