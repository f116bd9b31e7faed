namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>What a direction v in parameter space gives at one row.</summary>
/// <param name="Value">vᵀFv.</param>
/// <param name="SquaredNorm">‖v‖².</param>
/// <param name="Normalised">vᵀFv / ‖v‖²; 0 along v = 0.</param>
internal readonly record struct FisherForm(double Value, double SquaredNorm, double Normalised)
{
    /// <summary>
    /// vᵀFv is the variance of the logits' tangent u = Jv under p: Σ q_k d_k² − (Σ q_k d_k)², d the differences to the predicted class's.
    /// </summary>
    /// <param name="differences">d, for v divided by the scale.</param>
    /// <param name="others">q.</param>
    /// <param name="squaredNorm">‖v‖², for v divided by the scale.</param>
    /// <param name="scale">What v was divided by: on saturated rows its square is too small for float32, and in the end for float64.</param>
    public static FisherForm Of(ReadOnlySpan<double> differences, ReadOnlySpan<double> others, double squaredNorm, double scale)
    {
        var (mean, square) = (0.0, 0.0);
        for (var index = 0; index < others.Length; index++)
        {
            var weighted = others[index] * differences[index];
            mean += weighted;
            square += weighted * differences[index];
        }

        var variance = square - (mean * mean);
        return new(scale * scale * variance, scale * scale * squaredNorm, squaredNorm == 0 ? 0 : variance / squaredNorm);
    }
}
