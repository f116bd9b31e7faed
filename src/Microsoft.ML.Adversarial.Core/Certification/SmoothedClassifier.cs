using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Settings;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Certification;

/// <summary>
/// A classifier smoothed softly, by the mean of its probabilities under Gaussian noise (Salman et al. 2019, arXiv:1906.04584, section 3): what an
/// attack on a smoothed classifier follows the gradient of. Its logits are the logarithms of the mean probabilities.
/// </summary>
/// <remarks>
/// The noise is drawn once and is the same for every row and every call, so that the classifier is deterministic. It certifies nothing:
/// <see cref="RandomizedSmoothing"/> does. A forward pass costs as many of the base classifier as there are samples, and as much memory.
/// </remarks>
public sealed class SmoothedClassifier : IDifferentiableClassifier, IDisposable
{
    private readonly IDifferentiableClassifier _inner;
    private readonly Tensor _noise;

    /// <summary>Smooths a classifier.</summary>
    /// <param name="classifier">The base classifier; the caller keeps owning it.</param>
    /// <param name="sigma">Standard deviation of the noise in the units of the features; above 0 and finite.</param>
    /// <param name="samples">Noisy copies of each row, at least 1.</param>
    /// <param name="seed">Seed of the noise.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public SmoothedClassifier(IDifferentiableClassifier classifier, double sigma, int samples = 16, long seed = 0)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        SettingRange.Require(sigma, sigma > 0 && double.IsFinite(sigma), "above 0 and finite, in the units of the features", nameof(sigma));
        SettingRange.Require(samples, samples >= 1, "of at least 1", nameof(samples));
        _inner = classifier;
        using var mode = inference_mode(false);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var like = empty([samples, .. classifier.InputShape], dtype: classifier.ElementType, device: classifier.Device);
        _noise = new RowRandom(seed, [0]).Normal(like).mul_(sigma).DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public IReadOnlyList<long> InputShape => _inner.InputShape;

    /// <inheritdoc/>
    public int ClassCount => _inner.ClassCount;

    /// <inheritdoc/>
    public InputBounds Bounds => _inner.Bounds;

    /// <inheritdoc/>
    public ScalarType ElementType => _inner.ElementType;

    /// <inheritdoc/>
    public Device Device => _inner.Device;

    /// <inheritdoc/>
    public Tensor Logits(Tensor inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        using var scope = NewDisposeScope();
        var (rows, samples) = (inputs.shape[0], _noise.shape[0]);
        var noisy = inputs.reshape([rows, 1, .. InputShape]) + _noise;
        var logits = _inner.Logits(noisy.flatten(0, 1)).reshape(rows, samples, ClassCount);
        return (nn.functional.log_softmax(logits, 2).logsumexp(1) - Math.Log(samples)).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the noise.</summary>
    public void Dispose() => _noise.Dispose();
}
