namespace FisherScores;

/// <summary>Rows that were scored the same way: clean, or after one attack.</summary>
internal sealed record RowGroup(string Name, IReadOnlyList<FisherRow> Rows)
{
    public double Accuracy => Rows.Average(row => row.PredictedLabel == row.Label ? 1.0 : 0.0);

    /// <summary>F is positive semi-definite, so λ is between the form along any unit vector and the trace.</summary>
    public bool IsInOrder => Rows.All(row =>
        row.NormalisedFisherQuadraticForm <= row.FisherTopEigenvalue * 1.0001f && row.FisherTopEigenvalue <= row.FisherTrace * 1.0001f);

    public float[] Sorted(Score score) => [.. Rows.Select(score.Of).Order()];
}
