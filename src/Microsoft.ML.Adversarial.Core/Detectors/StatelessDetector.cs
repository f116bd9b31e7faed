using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>A detector that learns nothing: it can score without having seen clean rows.</summary>
public abstract record StatelessDetector : Detector
{
    /// <summary>The detector on a network, ready to score.</summary>
    /// <param name="classifier">The network, in evaluation mode; the caller keeps owning it.</param>
    /// <exception cref="ArgumentException">The detector does not work on inputs of this kind; says which it needs.</exception>
    public FittedDetector On(NetworkClassifier classifier) => Restore(classifier, new Dictionary<string, Tensor>());

    /// <summary>
    /// Scores a batch of rows that were checked, without grad mode. Tensors made here are freed, but for the one returned.
    /// </summary>
    /// <param name="classifier">The network.</param>
    /// <param name="inputs">Shape [N, …], N from 1 to 512.</param>
    /// <returns>Shape [N], floating, higher for more suspicious rows.</returns>
    protected abstract Tensor Score(NetworkClassifier classifier, Tensor inputs);

    /// <summary>
    /// Throws an <see cref="ArgumentException"/> for a network that the detector does not work on. By default it works on all.
    /// </summary>
    /// <param name="classifier">The network.</param>
    protected virtual void RequireFit(NetworkClassifier classifier)
    {
    }

    /// <inheritdoc/>
    protected sealed override IReadOnlyDictionary<string, Tensor> Learn(NetworkClassifier classifier, Tensor inputs, Tensor labels) =>
        new Dictionary<string, Tensor>();

    /// <inheritdoc/>
    protected sealed override IReadOnlyList<LearntTensor> Expect(NetworkClassifier classifier, IReadOnlyDictionary<string, Tensor> state)
    {
        RequireFit(classifier);
        return [];
    }

    /// <inheritdoc/>
    protected internal sealed override Tensor Score(
        NetworkClassifier classifier, IReadOnlyDictionary<string, Tensor> state, Tensor inputs) => Score(classifier, inputs);
}
