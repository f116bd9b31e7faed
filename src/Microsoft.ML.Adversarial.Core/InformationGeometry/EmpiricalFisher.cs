using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.InformationGeometry;

/// <summary>
/// The Fisher information estimated from samples of the distribution itself: F̂ = (1/N) Σ_n s_n s_nᵀ, the average of the outer products of
/// the scores of single samples. It is unbiased and its error falls like 1/√N.
/// </summary>
/// <remarks>
/// The outer product of the <em>summed</em> score, (Σ s_n)(Σ s_n)ᵀ/N, has the same expectation because the cross terms of independent
/// samples average to 0, but its rank is 1 and its error does not fall with N.
/// </remarks>
public static class EmpiricalFisher
{
    /// <summary>The matrix F̂ = (1/N) Σ_n s_n s_nᵀ.</summary>
    /// <param name="scores">Scores of N samples, shape [N, P], N at least 1, finite.</param>
    /// <returns>Shape [P, P], float64; a fresh tensor that the caller owns.</returns>
    public static Tensor Information(Tensor scores)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var rows = Checked(scores);
        return rows.t().mm(rows).div_(rows.shape[0]).MoveToOuterDisposeScope();
    }

    /// <summary>ΔᵀF̂Δ = (1/N) Σ_n (s_nᵀΔ)², without forming F̂.</summary>
    /// <param name="scores">Scores of N samples, shape [N, P], N at least 1, finite.</param>
    /// <param name="delta">Δ, shape [P].</param>
    /// <returns>At least 0.</returns>
    public static double QuadraticForm(Tensor scores, Tensor delta)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var rows = Checked(scores);
        var direction = tensor(ParameterVector.Values(delta, rows.shape[1], nameof(delta)), [rows.shape[1], 1], ScalarType.Float64);
        return rows.mm(direction.to(rows.device)).square().mean().item<double>();
    }

    private static Tensor Checked(Tensor scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        if (scores.dim() != 2 || scores.shape[0] == 0)
        {
            throw new ArgumentException(
                $"Expected scores of shape [N, P], one row per sample and at least one, got [{string.Join(", ", scores.shape)}].",
                nameof(scores));
        }

        FiniteValues.Require(scores);
        return scores.detach().to(ScalarType.Float64);
    }
}
