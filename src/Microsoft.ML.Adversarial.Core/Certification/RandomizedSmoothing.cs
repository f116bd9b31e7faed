using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Settings;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Certification;

/// <summary>
/// Randomised smoothing (Cohen, Rosenfeld &amp; Kolter 2019, arXiv:1902.02918, section 3.2): the smoothed classifier predicts the class that a base
/// classifier predicts most often under Gaussian noise, and no perturbation that is smaller than the certified radius in L2 changes that class.
/// </summary>
/// <remarks>
/// <para>
/// It certifies the smoothed classifier, not the base classifier, and each row with confidence 1 − <see cref="Alpha"/>. Any deterministic
/// classifier will do, through its scores alone; one that was trained on inputs with such noise is certified farther.
/// </para>
/// <para>
/// Certifying a row costs <see cref="SelectionSamples"/> + <see cref="Samples"/> forward passes, predicting one <see cref="Samples"/>; drawing the
/// noise adds about half of that on small perceptrons and a quarter on small conv nets. The largest radius that can be certified is
/// σ Φ⁻¹(α^(1/n)): 3.2 σ with the defaults, 2.5 σ with 1,000 samples, 3.8 σ with 100,000.
/// </para>
/// <para>
/// Noisy inputs may leave the classifier's bounds and are not clipped: the theorem is about Gaussian noise. Noise is float32 with 2²³ levels.
/// </para>
/// </remarks>
public sealed record RandomizedSmoothing
{
    /// <summary>The class of a row on which the smoothed classifier abstains: −1.</summary>
    public const long Abstained = -1;

    private const long SelectionStream = 0;
    private const long EstimationStream = 1;
    private const long PredictionStream = 2;

    /// <summary>Smoothing by noise of this size.</summary>
    /// <param name="sigma">Standard deviation of the noise in the units of the features; above 0 and finite.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="sigma"/> is out of its range.</exception>
    public RandomizedSmoothing(double sigma) =>
        Sigma = SettingRange.Require(sigma, sigma > 0 && double.IsFinite(sigma), "above 0 and finite, in the units of the features", nameof(Sigma));

    /// <summary>
    /// Standard deviation of the noise in the units of the features; above 0 and finite. No default: it trades accuracy for radius.
    /// </summary>
    public double Sigma { get; }

    /// <summary>Noisy inputs by which the class to certify is chosen, n₀ in the paper; at least 1. Default 100.</summary>
    public int SelectionSamples
    {
        get;
        init => field = SettingRange.Require(value, value >= 1, "of at least 1", nameof(SelectionSamples));
    } = 100;

    /// <summary>
    /// Noisy inputs by which its probability is bounded, or by which a class is predicted; n in the paper; at least 1. Default 10,000.
    /// </summary>
    public int Samples
    {
        get;
        init => field = SettingRange.Require(value, value >= 1, "of at least 1", nameof(Samples));
    } = 10_000;

    /// <summary>The probability, for each row, that a certificate or a prediction is wrong; between 0 and 1. Default 0.001.</summary>
    public double Alpha
    {
        get;
        init => field = SettingRange.Require(value, value is > 0 and < 1, "between 0 and 1", nameof(Alpha));
    } = 0.001;

    /// <summary>Noisy inputs per forward pass, at least 1; another number draws other noise. Default 500.</summary>
    public int BatchSize
    {
        get;
        init => field = SettingRange.Require(value, value >= 1, "of at least 1", nameof(BatchSize));
    } = 500;

    /// <summary>Predicts the smoothed classifier's class of each row and a radius within which it stays (the paper's Certify).</summary>
    /// <param name="classifier">The base classifier, deterministic; left as found.</param>
    /// <param name="inputs">Shape [N, …], finite, of the classifier's element type; left as found.</param>
    /// <param name="run">Seed, row keys, cancellation; null for seed 0 and keys 0, 1, …. Equal keys give equal noise, whatever the batch.</param>
    /// <returns>Classes and radii; the caller disposes it. A row abstains where the bound of its class's probability is not above ½.</returns>
    /// <exception cref="ArgumentException">Shape or type do not fit the classifier.</exception>
    /// <exception cref="AdversarialInputException">A row is NaN or infinite; names it.</exception>
    public SmoothingCertificate Certify(IClassifier classifier, Tensor inputs, SmoothingRun? run = null)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var probabilities = new double[RowsOf(inputs)];
        var (classes, wasCancelled) = ForEachRow(classifier, inputs, run, (votes, row, key, index) =>
        {
            if (votes.Count(row, key, SelectionSamples, SelectionStream) is not { } selection
                || votes.Count(row, key, Samples, EstimationStream) is not { } estimation)
            {
                return null;
            }

            var top = Array.IndexOf(selection, selection.Max());
            probabilities[index] = ClopperPearson.Lower(estimation[top], Samples, Alpha);
            return probabilities[index] > 0.5 ? top : Abstained;
        });
        var certified = tensor(classes);
        var radii = where(certified.ge(0), special.ndtri(tensor(probabilities)) * Sigma, zeros([classes.Length], ScalarType.Float64));
        return new(certified.MoveToOuterDisposeScope(), radii.MoveToOuterDisposeScope(), wasCancelled);
    }

    /// <summary>
    /// Predicts the smoothed classifier's class of each row (the paper's Predict): it abstains unless the most frequent class beats the next one
    /// in a two-sided binomial test at level <see cref="Alpha"/> (Hung &amp; Fithian 2019).
    /// </summary>
    /// <inheritdoc cref="Certify"/>
    /// <returns>
    /// Shape [N], Int64, on the CPU; −1 (<see cref="Abstained"/>) where it abstains, rows that a cancelled run did not reach included.
    /// </returns>
    public Tensor Predict(IClassifier classifier, Tensor inputs, SmoothingRun? run = null)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var (classes, _) = ForEachRow(classifier, inputs, run, (votes, row, key, _) =>
        {
            if (votes.Count(row, key, Samples, PredictionStream) is not { } counts)
            {
                return null;
            }

            var first = counts.Max();
            var top = Array.IndexOf(counts, first);
            counts[top] = -1;
            var second = counts.Max();

            // Both tails of Binomial(first + second, ½) are the same.
            return 2 * IncompleteBeta.BinomialTail(first, first + second, 0.5) <= Alpha ? top : Abstained;
        });
        return tensor(classes).MoveToOuterDisposeScope();
    }

    private static long RowsOf(Tensor inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return inputs.dim() == 0 ? 0 : inputs.shape[0];
    }

    private (long[] Classes, bool WasCancelled) ForEachRow(
        IClassifier classifier, Tensor inputs, SmoothingRun? run, Func<NoisyVotes, Tensor, long, int, long?> judge)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(inputs);
        var rows = ClassifierInputs.Shaped(classifier, inputs.detach());
        FiniteValues.Require(rows);
        run ??= SmoothingRun.Default;
        var keys = run.KeysOf(rows.shape[0]);
        var votes = new NoisyVotes(classifier, Sigma, BatchSize, run);
        var classes = new long[rows.shape[0]];
        Array.Fill(classes, Abstained);
        for (var index = 0; index < classes.Length; index++)
        {
            using var scope = NewDisposeScope();
            if (judge(votes, rows.narrow(0, index, 1), keys[index], index) is not { } judged)
            {
                return (classes, true);
            }

            classes[index] = judged;
        }

        return (classes, false);
    }
}
