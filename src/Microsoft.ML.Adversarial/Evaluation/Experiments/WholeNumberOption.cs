namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

/// <summary>A whole number, all of a range alike.</summary>
/// <param name="Name">What the candidate asks for it by.</param>
/// <param name="Minimum">The smallest value.</param>
/// <param name="Maximum">The largest value, above the smallest, and a value itself.</param>
public sealed record WholeNumberOption(string Name, int Minimum, int Maximum) : SearchOption(Name)
{
    /// <summary>The largest value.</summary>
    public int Maximum { get; } = RequireAbove(Maximum, Minimum, Name);

    internal override object At(double place) => (int)(Minimum + (long)(place * (1L + Maximum - Minimum)));

    internal override IReadOnlyList<object> Spread(int points) =>
    [
        .. Enumerable.Range(0, points).Select(point => (int)Math.Round(Minimum + ((double)point / (points - 1) * ((long)Maximum - Minimum))))
            .Distinct().Cast<object>(),
    ];
}
