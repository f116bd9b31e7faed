namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm;

/// <summary>One row of a penalty attack, over its descents.</summary>
/// <param name="index">Which of the rows of the search it is.</param>
/// <param name="constant">c to begin with.</param>
internal sealed class PenaltyRow(long index, double constant)
{
    // By what share a descent has to make something smaller, or else it stalls.
    private const double LeastGain = 5e-3;

    private double _lastLoss;
    private double _lastSize;

    public long Index { get; } = index;

    /// <summary>c of the next descent.</summary>
    public double Constant { get; set; } = constant;

    /// <summary>The largest size at which the goal counts as reached, and the row is done; null: any counts, and it looks for smaller ones.</summary>
    public double? Limit { get; set; }

    /// <summary>Whether the last descent reached the goal.</summary>
    public bool Reached { get; private set; }

    /// <summary>Which of the rows of the search some are.</summary>
    public static long[] Indices(IEnumerable<PenaltyRow> rows) => [.. rows.Select(row => row.Index)];

    /// <summary>Begins a descent.</summary>
    /// <param name="smallest">The size of the smallest that was found before; +∞: nothing was.</param>
    public void Begin(double smallest) => (Reached, _lastLoss, _lastSize) = (false, double.PositiveInfinity, smallest);

    /// <summary>Takes note of something that reaches the goal.</summary>
    /// <returns>Whether the row is done with this descent.</returns>
    public bool IsDoneAt(double size)
    {
        Reached |= Limit is null || size <= Limit;
        return Limit is not null && Reached;
    }

    /// <summary>
    /// Whether neither the loss nor the smallest size became smaller since the last time. A loss that goes up and down around the boundary says
    /// little: a row that came across something smaller goes on.
    /// </summary>
    public bool Stalls(double loss, double smallest)
    {
        // No comparison holds for NaN: a row with such a loss stalls.
        var gains = loss <= _lastLoss * (1 - LeastGain) || smallest < _lastSize * (1 - LeastGain);
        (_lastLoss, _lastSize) = (loss, smallest);
        return !gains;
    }
}
