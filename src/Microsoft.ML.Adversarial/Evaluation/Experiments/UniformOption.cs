namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

/// <summary>A number, all of a range alike.</summary>
/// <param name="Name">What the candidate asks for it by.</param>
/// <param name="Minimum">The smallest value, finite.</param>
/// <param name="Maximum">The largest value, finite and above the smallest.</param>
public sealed record UniformOption(string Name, double Minimum, double Maximum) : SearchOption(Name)
{
    /// <summary>The largest value.</summary>
    public double Maximum { get; } = double.IsFinite(Maximum - Minimum)
        ? RequireAbove(Maximum, Minimum, Name)
        : throw new ArgumentException($"Option '{Name}': expected a finite range, got {Minimum} to {Maximum}.");

    internal override object At(double place) => Minimum + (place * (Maximum - Minimum));

    internal override IReadOnlyList<object> Spread(int points) =>
        [.. Enumerable.Range(0, points).Select(point => point == points - 1 ? Maximum : At((double)point / (points - 1)))];
}
