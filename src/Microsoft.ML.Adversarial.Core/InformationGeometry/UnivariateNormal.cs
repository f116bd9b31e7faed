using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.InformationGeometry;

/// <summary>
/// The normal distribution N(μ, σ²) as a point of the two-dimensional family with the parameters (μ, σ): its Fisher information, its
/// score, and the Kullback–Leibler divergence to another point, exact and in closed form. Immutable; all numbers are float64, all tensors
/// are on the CPU.
/// </summary>
public sealed class UnivariateNormal
{
    private const double LogOfRootOfTwoPi = 0.91893853320467274178;

    /// <summary>The distribution with this mean and standard deviation.</summary>
    /// <param name="mean">μ, finite.</param>
    /// <param name="standardDeviation">σ, finite and above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of its range.</exception>
    public UnivariateNormal(double mean, double standardDeviation)
    {
        if (!double.IsFinite(mean))
        {
            throw new ArgumentOutOfRangeException(nameof(mean), mean, $"Expected a finite mean, got {mean}.");
        }

        if (!double.IsFinite(standardDeviation) || standardDeviation <= 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(standardDeviation), standardDeviation, $"Expected a finite standard deviation above 0, got {standardDeviation}.");
        }

        Mean = mean;
        StandardDeviation = standardDeviation;
    }

    /// <summary>μ.</summary>
    public double Mean { get; }

    /// <summary>σ, above 0.</summary>
    public double StandardDeviation { get; }

    /// <summary>The parameter vector (μ, σ).</summary>
    /// <returns>Shape [2]; a fresh tensor that the caller owns.</returns>
    public Tensor Parameters() => tensor([Mean, StandardDeviation], ScalarType.Float64);

    /// <summary>The distribution at the parameters θ + Δ.</summary>
    /// <param name="delta">Δ, shape [2]: the changes of μ and σ.</param>
    /// <returns>The shifted distribution.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The shifted standard deviation is not above 0.</exception>
    public UnivariateNormal Shift(Tensor delta)
    {
        var (mean, standardDeviation) = Changes(delta);
        return new(Mean + mean, StandardDeviation + standardDeviation);
    }

    /// <summary>The Fisher information in (μ, σ), diag(1/σ², 2/σ²).</summary>
    /// <returns>Shape [2, 2]; a fresh tensor that the caller owns.</returns>
    public Tensor FisherInformation()
    {
        var precision = 1 / (StandardDeviation * StandardDeviation);
        return tensor([precision, 0, 0, 2 * precision], [2, 2], ScalarType.Float64);
    }

    /// <summary>ΔᵀFΔ, which is twice the Kullback–Leibler divergence of a small shift by Δ.</summary>
    /// <param name="delta">Δ, shape [2].</param>
    /// <returns>At least 0.</returns>
    public double FisherQuadraticForm(Tensor delta)
    {
        var (mean, standardDeviation) = Changes(delta);
        var (scaledMean, scaledDeviation) = (mean / StandardDeviation, standardDeviation / StandardDeviation);
        return (scaledMean * scaledMean) + (2 * scaledDeviation * scaledDeviation);
    }

    /// <summary>
    /// KL(this ‖ other) = ln(σ₂/σ₁) + (σ₁² + (μ₁ − μ₂)²)/(2σ₂²) − ½, evaluated without cancellation: it keeps its digits when the two
    /// distributions nearly agree.
    /// </summary>
    /// <param name="other">The reference distribution.</param>
    /// <returns>At least 0, in nats.</returns>
    public double KullbackLeiblerDivergence(UnivariateNormal other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var shift = (Mean - other.Mean) / other.StandardDeviation;
        return (0.5 * shift * shift) + ScaleDivergence.Of(StandardDeviation, other.StandardDeviation);
    }

    /// <summary>The logarithm of the density.</summary>
    /// <param name="samples">Shape [N], any floating type; NaN gives NaN.</param>
    /// <returns>Shape [N], float64; a fresh tensor that the caller owns.</returns>
    public Tensor LogDensity(Tensor samples)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return (Standardised(samples).square() * -0.5 - Math.Log(StandardDeviation) - LogOfRootOfTwoPi).MoveToOuterDisposeScope();
    }

    /// <summary>The score of every sample: the gradient of its log density in (μ, σ), (z/σ, (z² − 1)/σ) with z = (x − μ)/σ.</summary>
    /// <param name="samples">Shape [N], any floating type; NaN gives NaN.</param>
    /// <returns>Shape [N, 2], float64; a fresh tensor that the caller owns.</returns>
    public Tensor Score(Tensor samples)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var standardised = Standardised(samples);
        return (stack([standardised, standardised.square() - 1], 1) / StandardDeviation).MoveToOuterDisposeScope();
    }

    /// <summary>Independent samples.</summary>
    /// <param name="count">How many, at least 0.</param>
    /// <param name="generator">Where the randomness comes from; the same state gives the same samples. The global one is not used.</param>
    /// <returns>Shape [<paramref name="count"/>], float64; a fresh tensor that the caller owns.</returns>
    public Tensor Sample(long count, Generator generator)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentNullException.ThrowIfNull(generator);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return (randn([count], ScalarType.Float64, generator: generator) * StandardDeviation + Mean).MoveToOuterDisposeScope();
    }

    private static (double Mean, double StandardDeviation) Changes(Tensor delta)
    {
        using var scope = NewDisposeScope();
        var values = ParameterVector.Values(delta, 2, nameof(delta));
        return (values[0], values[1]);
    }

    private Tensor Standardised(Tensor samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        return samples.dim() == 1
            ? (samples.detach().cpu().to(ScalarType.Float64) - Mean) / StandardDeviation
            : throw new ArgumentException(
                $"Expected samples of shape [N], got [{string.Join(", ", samples.shape)}]. Flatten them.", nameof(samples));
    }
}
