namespace Microsoft.ML.Adversarial.InformationGeometry;

/// <summary>KL(N(0, a²) ‖ N(0, b²)) = ½(ρ² − 1) − ln ρ with ρ = a/b, without cancellation where ρ is near 1.</summary>
internal static class ScaleDivergence
{
    /// <summary>The divergence in nats for scales above 0.</summary>
    public static double Of(double scale, double reference)
    {
        // With r = ρ − 1 it is r²/2 + (r − ln(1 + r)), two terms of at least 0.
        var change = (scale - reference) / reference;
        var remainder = Math.Abs(change) <= 0.5 ? LogarithmRemainder(change) : change - (Math.Log(scale) - Math.Log(reference));
        return double.IsPositiveInfinity(change) ? double.PositiveInfinity : (0.5 * change * change) + remainder;
    }

    // r − ln(1 + r), from ln(1 + r) = 2 artanh t, t = r/(2 + r): r − 2t = rt exactly, and the rest of the series is a small correction.
    private static double LogarithmRemainder(double change)
    {
        const int Terms = 20; // |t| ≤ 1/3: the first term left out is below 1e-20 of the first one.
        var t = change / (2 + change);
        var square = t * t;
        var series = 0.0;
        for (var term = Terms; term >= 1; term--)
        {
            series = square * ((1.0 / ((2 * term) + 1)) + series);
        }

        return t * (change - (2 * series));
    }
}
