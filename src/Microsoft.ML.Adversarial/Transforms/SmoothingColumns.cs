using Microsoft.ML.Adversarial.Pipeline;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>The columns that a smoothed prediction adds.</summary>
public sealed record SmoothingColumns
{
    /// <summary>
    /// The class that the smoothed classifier predicts: a key with the values of PredictedLabel (of a binary network: false and true), missing where
    /// it abstains. Default <c>SmoothedLabel</c>.
    /// </summary>
    public string Label { get; init; } = "SmoothedLabel";

    /// <summary>
    /// The L2 radius, in the units of the features, within which the smoothed classifier predicts that class; Single, 0 where it abstains. Default
    /// <c>CertifiedRadius</c>.
    /// </summary>
    public string Radius { get; init; } = "CertifiedRadius";

    internal void Validate()
    {
        ColumnNames.Require(Label, Radius);
        if (Label == Radius)
        {
            throw new ArgumentException($"Expected output columns with different names, got '{Label}' twice.");
        }
    }
}
