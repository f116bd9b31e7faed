namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

/// <summary>A number whose order of magnitude is searched, such as a learning rate: its logarithm is uniform.</summary>
/// <param name="Name">What the candidate asks for it by.</param>
/// <param name="Minimum">The smallest value, above 0.</param>
/// <param name="Maximum">The largest value, finite and above the smallest.</param>
public sealed record LogUniformOption(string Name, double Minimum, double Maximum) : SearchOption(Name)
{
    /// <summary>The largest value.</summary>
    public double Maximum { get; } = Minimum > 0 && double.IsFinite(Maximum)
        ? RequireAbove(Maximum, Minimum, Name)
        : throw new ArgumentException($"Option '{Name}': expected a range above 0 and finite, got {Minimum} to {Maximum}.");

    internal override object At(double place) => Math.Clamp(Minimum * Math.Pow(Maximum / Minimum, place), Minimum, Maximum);

    internal override IReadOnlyList<object> Spread(int points) =>
        [.. Enumerable.Range(0, points).Select(point => point == points - 1 ? Maximum : At((double)point / (points - 1)))];
}
