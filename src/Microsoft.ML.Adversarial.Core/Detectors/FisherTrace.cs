using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Fisher;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>
/// The trace of the Fisher information of one prediction, tr F = Σ_j p_j ‖∇_θ log p_j‖² (Martin &amp; Elster 2019, arXiv:1909.05527,
/// equation 5): how much the prediction depends on the exact parameters. Exact, also on saturated rows. It needs no fitting.
/// </summary>
public sealed class FisherTrace : IFittedDetector
{
    private readonly NetworkClassifier _classifier;

    /// <summary>The detector on a network.</summary>
    /// <param name="classifier">The network; the caller keeps owning it.</param>
    public FisherTrace(NetworkClassifier classifier)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        _classifier = classifier;
    }

    /// <inheritdoc/>
    public Tensor Score(Tensor inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.shape[0] == 0)
        {
            return empty([0], _classifier.ElementType, _classifier.Device);
        }

        using var scope = NewDisposeScope();
        return LogitGram.Map(_classifier, inputs, Trace).to(_classifier.ElementType).MoveToOuterDisposeScope();
    }

    // tr F = Σ q_k K′_kk − qᵀK′q.
    private static Tensor Trace(Tensor gram, Tensor others)
    {
        using var scope = NewDisposeScope();
        var weighted = gram.bmm(others.unsqueeze(2)).squeeze(2);
        return ((gram.diagonal(0, 1, 2) * others).sum(1) - (weighted * others).sum(1)).MoveToOuterDisposeScope();
    }
}
