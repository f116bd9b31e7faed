using Microsoft.ML.Adversarial.Pipeline;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>The columns that an interval certificate adds, each null to leave it out. What nobody reads is not computed.</summary>
public sealed record IntervalColumns
{
    /// <summary>Whether no input within ε in L∞ and inside the bounds is predicted otherwise; Boolean. Default <c>IsCertified</c>.</summary>
    public string? IsCertified { get; init; } = "IsCertified";

    /// <summary>
    /// The largest ε for which that is certified, in the units of the features, looked for up to the widest finite input bounds, or up to 1 where
    /// none are finite; Single, 0 where there is none. It costs about twenty times as much. Default <c>CertifiedEpsilon</c>.
    /// </summary>
    public string? LargestEpsilon { get; init; } = "CertifiedEpsilon";

    internal IReadOnlyList<string> Names => [.. new[] { IsCertified, LargestEpsilon }.OfType<string>()];

    internal void Validate() => ColumnNames.RequireOutputs([.. Names]);
}
