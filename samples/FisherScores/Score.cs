namespace FisherScores;

/// <summary>One of the columns.</summary>
/// <param name="Name">How tables and pictures call it.</param>
/// <param name="Of">Its value in a row.</param>
internal sealed record Score(string Name, Func<FisherRow, float> Of)
{
    public static IReadOnlyList<Score> All { get; } =
    [
        new("trace", row => row.FisherTrace),
        new("top eigenvalue", row => row.FisherTopEigenvalue),
        new("quadratic form", row => row.FisherQuadraticForm),
        new("normalised form", row => row.NormalisedFisherQuadraticForm),
        new("sensitivity norm", row => row.FisherSensitivityNorm),
    ];
}
