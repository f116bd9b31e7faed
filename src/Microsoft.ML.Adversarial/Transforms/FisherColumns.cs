using Microsoft.ML.Adversarial.Fisher;
using Microsoft.ML.Adversarial.Pipeline;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>
/// The columns of a Fisher-information step: what it adds, each null to leave it out, and the label it reads where its direction is that of the
/// label. Columns share one computation, and what nobody reads is not computed.
/// </summary>
public sealed record FisherColumns
{
    /// <summary>tr F, Single. Default <c>FisherTrace</c>.</summary>
    public string? Trace { get; init; } = "FisherTrace";

    /// <summary>vᵀFv, Single. Default <c>FisherQuadraticForm</c>.</summary>
    public string? QuadraticForm { get; init; } = "FisherQuadraticForm";

    /// <summary>vᵀFv / ‖v‖², Single. Default <c>NormalisedFisherQuadraticForm</c>.</summary>
    public string? NormalisedQuadraticForm { get; init; } = "NormalisedFisherQuadraticForm";

    /// <summary>The largest eigenvalue of F, Single. Default <c>FisherTopEigenvalue</c>.</summary>
    public string? TopEigenvalue { get; init; } = "FisherTopEigenvalue";

    /// <summary>The sensitivity of each feature, a vector of the feature column's type. Default <c>FisherSensitivity</c>.</summary>
    public string? Sensitivity { get; init; } = "FisherSensitivity";

    /// <summary>The Euclidean length of the sensitivities, Single. Default <c>FisherSensitivityNorm</c>.</summary>
    public string? SensitivityNorm { get; init; } = "FisherSensitivityNorm";

    /// <summary>True labels, read only along <see cref="FisherDirection.Label"/>: a key, or a Boolean for a binary network. Default <c>Label</c>.</summary>
    public string Label { get; init; } = "Label";

    /// <summary>No columns: the start for naming just some.</summary>
    public static FisherColumns None { get; } = new()
    {
        Trace = null, QuadraticForm = null, NormalisedQuadraticForm = null, TopEigenvalue = null, Sensitivity = null, SensitivityNorm = null,
    };

    /// <summary>The columns that are added, in order.</summary>
    internal IReadOnlyList<(string Name, FisherQuantities Quantity)> Outputs() =>
    [
        .. new (string? Name, FisherQuantities Quantity)[]
        {
            (Trace, FisherQuantities.Trace), (QuadraticForm, FisherQuantities.QuadraticForm),
            (NormalisedQuadraticForm, FisherQuantities.NormalisedQuadraticForm), (TopEigenvalue, FisherQuantities.TopEigenvalue),
            (Sensitivity, FisherQuantities.Sensitivity), (SensitivityNorm, FisherQuantities.SensitivityNorm),
        }.Where(output => output.Name is not null).Select(output => (output.Name!, output.Quantity)),
    ];

    internal void Validate()
    {
        ColumnNames.Require(Label);
        ColumnNames.RequireOutputs([.. Outputs().Select(output => output.Name)]);
    }
}
