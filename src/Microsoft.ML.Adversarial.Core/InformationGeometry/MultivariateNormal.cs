using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.InformationGeometry;

/// <summary>
/// The normal distribution N(μ, LLᵀ) in d dimensions as a point of the family with the parameters (μ, L): its Fisher information, its
/// score, and the Kullback–Leibler divergence to another point, exact and in closed form. Immutable; all numbers are float64, all tensors
/// are on the CPU.
/// </summary>
/// <remarks>
/// The parameter vector is μ followed by the lower triangle of the Cholesky factor L row by row, (0,0), (1,0), (1,1), (2,0), …: P = d +
/// d(d+1)/2 numbers. Along a change (δμ, δL) the Fisher information is
/// ΔᵀFΔ = ‖L⁻¹δμ‖² + ‖A‖² + Σ_i A_ii² with A = L⁻¹δL, which is ½ tr(Σ⁻¹δΣ Σ⁻¹δΣ) + δμᵀΣ⁻¹δμ for δΣ = δL Lᵀ + L δLᵀ.
/// </remarks>
public sealed class MultivariateNormal
{
    private const double LogOfRootOfTwoPi = 0.91893853320467274178;

    private readonly double[] _mean;
    private readonly double[] _factor;

    /// <summary>The distribution with this mean and covariance LLᵀ.</summary>
    /// <param name="mean">μ, shape [d], d at least 1, finite, any floating type.</param>
    /// <param name="choleskyFactor">L, shape [d, d], lower triangular with a diagonal above 0, finite, any floating type.</param>
    /// <exception cref="ArgumentException">A shape or a value is not as expected.</exception>
    public MultivariateNormal(Tensor mean, Tensor choleskyFactor)
        : this(Checked(mean), CheckedFactor(choleskyFactor, mean.shape[0]))
    {
    }

    private MultivariateNormal(double[] mean, double[] factor)
    {
        _mean = mean;
        _factor = factor;
        for (var row = 0; row < Dimension; row++)
        {
            if (Diagonal(row) is not > 0)
            {
                throw new ArgumentOutOfRangeException(
                    "choleskyFactor",
                    Diagonal(row),
                    $"Row {row}: expected a diagonal of the Cholesky factor above 0, got {Diagonal(row)}.");
            }
        }
    }

    /// <summary>d, at least 1.</summary>
    public int Dimension => _mean.Length;

    /// <summary>P = d + d(d+1)/2, the length of the parameter vector.</summary>
    public int ParameterCount => Dimension + LowerTriangle.Length(Dimension);

    /// <summary>μ.</summary>
    /// <returns>Shape [d]; a fresh tensor that the caller owns.</returns>
    public Tensor Mean() => tensor(_mean, ScalarType.Float64);

    /// <summary>L.</summary>
    /// <returns>Shape [d, d], zeros above the diagonal; a fresh tensor that the caller owns.</returns>
    public Tensor CholeskyFactor() => tensor(_factor, [Dimension, Dimension], ScalarType.Float64);

    /// <summary>The parameter vector: μ, then the lower triangle of L row by row.</summary>
    /// <returns>Shape [P]; a fresh tensor that the caller owns.</returns>
    public Tensor Parameters() => tensor([.. _mean, .. LowerTriangle.Pack(_factor, Dimension)], ScalarType.Float64);

    /// <summary>The distribution at the parameters θ + Δ.</summary>
    /// <param name="delta">Δ, shape [P], in the order of <see cref="Parameters"/>.</param>
    /// <returns>The shifted distribution.</returns>
    /// <exception cref="ArgumentException">A diagonal element of the shifted factor is not above 0, or a number is not finite.</exception>
    public MultivariateNormal Shift(Tensor delta)
    {
        var (mean, factor) = Changes(delta);
        return new(Sum(_mean, mean), Sum(_factor, factor));
    }

    /// <summary>
    /// The Fisher information. It has a block Σ⁻¹ for μ, none between μ and L, and between L_ij and L_kl the element
    /// [j = l]·((Σ⁻¹)_ik + [i = j = k]/L_jj²).
    /// </summary>
    /// <remarks>
    /// Takes a few times P² numbers of memory, 0.2 GB each at d = 100. For one direction <see cref="FisherQuadraticForm"/> needs d².
    /// </remarks>
    /// <returns>Shape [P, P]; a fresh tensor that the caller owns.</returns>
    public Tensor FisherInformation()
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var factor = CholeskyFactor();
        var inverse = Solve(factor, eye(Dimension, dtype: ScalarType.Float64));
        var precision = inverse.t().mm(inverse);
        var (rows, columns) = LowerTriangle.Indices(Dimension);
        var information = zeros([ParameterCount, ParameterCount], ScalarType.Float64);
        information.narrow(0, 0, Dimension).narrow(1, 0, Dimension).copy_(precision);
        var ofFactor = information.narrow(0, Dimension, rows.shape[0]).narrow(1, Dimension, rows.shape[0]);
        ofFactor.copy_(precision.index_select(0, rows).index_select(1, rows))
            .mul_(columns.unsqueeze(0).eq(columns.unsqueeze(1)));
        ofFactor.diagonal().add_(rows.eq(columns) * factor.diagonal().square().reciprocal().index_select(0, rows));
        return information.MoveToOuterDisposeScope();
    }

    /// <summary>ΔᵀFΔ, twice the Kullback–Leibler divergence of a small shift by Δ, by triangular solves without forming F.</summary>
    /// <param name="delta">Δ, shape [P], in the order of <see cref="Parameters"/>.</param>
    /// <returns>At least 0.</returns>
    public double FisherQuadraticForm(Tensor delta)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var (mean, factor) = Changes(delta);
        var own = CholeskyFactor();
        var scaledMean = Solve(own, tensor(mean, [Dimension, 1], ScalarType.Float64));
        var scaledFactor = Solve(own, tensor(factor, [Dimension, Dimension], ScalarType.Float64));
        return (scaledMean.square().sum() + scaledFactor.square().sum() + scaledFactor.diagonal().square().sum()).item<double>();
    }

    /// <summary>
    /// KL(this ‖ other) = ½(tr(Σ₂⁻¹Σ₁) − d + (μ₁ − μ₂)ᵀΣ₂⁻¹(μ₁ − μ₂) + ln det Σ₂ − ln det Σ₁), evaluated from L₂⁻¹(L₁ − L₂) as a sum of
    /// terms that are at least 0: it keeps its digits when the two distributions nearly agree.
    /// </summary>
    /// <param name="other">The reference distribution, of the same dimension.</param>
    /// <returns>At least 0, in nats.</returns>
    /// <exception cref="ArgumentException">The dimensions differ.</exception>
    public double KullbackLeiblerDivergence(MultivariateNormal other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Dimension != Dimension)
        {
            throw new ArgumentException($"Expected a distribution in {Dimension} dimensions, got {other.Dimension}.", nameof(other));
        }

        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var reference = other.CholeskyFactor();
        var mean = Solve(reference, (Mean() - other.Mean()).unsqueeze(1));
        var below = Solve(reference, CholeskyFactor() - reference).tril(-1);
        var scales = Enumerable.Range(0, Dimension).Sum(row => ScaleDivergence.Of(Diagonal(row), other.Diagonal(row)));
        return (0.5 * (mean.square().sum() + below.square().sum()).item<double>()) + scales;
    }

    /// <summary>The logarithm of the density.</summary>
    /// <param name="samples">Shape [N, d], any floating type; NaN gives NaN.</param>
    /// <returns>Shape [N], float64; a fresh tensor that the caller owns.</returns>
    public Tensor LogDensity(Tensor samples)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var standardised = Standardised(samples, CholeskyFactor());
        var logVolume = Enumerable.Range(0, Dimension).Sum(row => Math.Log(Diagonal(row)) + LogOfRootOfTwoPi);
        return (standardised.square().sum(dim: 0) * -0.5 - logVolume).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The score of every sample, the gradient of its log density in the parameters: with z = L⁻¹(x − μ) and w = L⁻ᵀz it is w for μ, and
    /// w_i z_j − [i = j]/L_jj for L_ij.
    /// </summary>
    /// <param name="samples">Shape [N, d], any floating type; NaN gives NaN.</param>
    /// <returns>Shape [N, P], float64, in the order of <see cref="Parameters"/>; a fresh tensor that the caller owns.</returns>
    public Tensor Score(Tensor samples)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var factor = CholeskyFactor();
        var standardised = Standardised(samples, factor);
        var ofMean = linalg.solve_triangular(factor.t(), standardised, upper: true);
        var (rows, columns) = LowerTriangle.Indices(Dimension);
        var constant = rows.eq(columns) * factor.diagonal().reciprocal().index_select(0, rows);
        var ofFactor = (ofMean.index_select(0, rows) * standardised.index_select(0, columns)) - constant.unsqueeze(1);
        return cat([ofMean, ofFactor], 0).t().contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>Independent samples.</summary>
    /// <param name="count">How many, at least 0.</param>
    /// <param name="generator">Where the randomness comes from; the same state gives the same samples. The global one is not used.</param>
    /// <returns>Shape [<paramref name="count"/>, d], float64; a fresh tensor that the caller owns.</returns>
    public Tensor Sample(long count, Generator generator)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentNullException.ThrowIfNull(generator);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return (randn([count, Dimension], ScalarType.Float64, generator: generator).mm(CholeskyFactor().t()) + Mean())
            .MoveToOuterDisposeScope();
    }

    private static Tensor Solve(Tensor lower, Tensor right) => linalg.solve_triangular(lower, right, upper: false);

    private static double[] Sum(double[] values, double[] changes) => [.. values.Zip(changes, (value, change) => value + change)];

    private static double[] Checked(Tensor mean)
    {
        ArgumentNullException.ThrowIfNull(mean);
        return mean.dim() == 1 && mean.shape[0] > 0
            ? ParameterVector.FiniteValues(mean, nameof(mean))
            : throw new ArgumentException($"Expected a mean of shape [d], d at least 1, got {Text(mean)}.", nameof(mean));
    }

    private static double[] CheckedFactor(Tensor choleskyFactor, long dimension)
    {
        ArgumentNullException.ThrowIfNull(choleskyFactor);
        if (choleskyFactor.dim() != 2 || choleskyFactor.shape.Any(size => size != dimension))
        {
            throw new ArgumentException(
                $"Expected a Cholesky factor of shape [{dimension}, {dimension}], as long as the mean, got {Text(choleskyFactor)}.",
                nameof(choleskyFactor));
        }

        var values = ParameterVector.FiniteValues(choleskyFactor, nameof(choleskyFactor));
        var above = Enumerable.Range(0, values.Length).FirstOrDefault(index => index % dimension > index / dimension && values[index] != 0);
        return above == 0
            ? values
            : throw new ArgumentException(
                $"Row {above / dimension}, column {above % dimension}: expected a lower triangular factor, got {values[above]} above its diagonal. "
                    + "Pass the Cholesky factor of the covariance, not the covariance.",
                nameof(choleskyFactor));
    }

    private static string Text(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}]";

    private double Diagonal(int row) => _factor[row * (Dimension + 1)];

    private (double[] Mean, double[] Factor) Changes(Tensor delta)
    {
        var values = ParameterVector.Values(delta, ParameterCount, nameof(delta));
        return (values[..Dimension], LowerTriangle.Unpack(values.AsSpan(Dimension), Dimension));
    }

    // L⁻¹(x − μ), one column per sample.
    private Tensor Standardised(Tensor samples, Tensor factor)
    {
        ArgumentNullException.ThrowIfNull(samples);
        return samples.dim() == 2 && samples.shape[1] == Dimension
            ? Solve(factor, (samples.detach().cpu().to(ScalarType.Float64) - Mean()).t())
            : throw new ArgumentException($"Expected samples of shape [N, {Dimension}], got {Text(samples)}.", nameof(samples));
    }
}
