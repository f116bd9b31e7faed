namespace Detection;

/// <summary>The rows that an attack made of clean ones.</summary>
internal sealed record AttackedRows(string Name, IReadOnlyList<AttackedRow> Rows)
{
    public double MisclassifiedShare => Rows.Average(row => row.AttackSucceeded ? 1.0 : 0.0);
}
