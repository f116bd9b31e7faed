using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>A detector that looks at a row's logits alone, so that it works on any classifier.</summary>
public abstract record LogitDetector : StatelessDetector
{
    /// <summary>
    /// Whether adding the same number to all logits of a row changes the score. If not, logarithms of probabilities will do for logits.
    /// </summary>
    public abstract bool DependsOnOffset { get; }

    /// <summary>Scores rows by their logits, in float64 inside: exact also where the softmax is 1 to the last digit.</summary>
    /// <param name="logits">Shape [N, C], C at least 2; −∞ for a class that is impossible, but not for all.</param>
    /// <returns>
    /// Shape [N], in the type of <paramref name="logits"/>, higher for more suspicious rows; a fresh tensor that the caller owns.
    /// </returns>
    public Tensor ScoreLogits(Tensor logits)
    {
        ArgumentNullException.ThrowIfNull(logits);
        if (logits.dim() != 2 || logits.shape[1] < 2 || !logits.is_floating_point())
        {
            throw new ArgumentException(
                $"Expected floating logits of shape [N, C] with at least 2 classes, got {logits.dtype} of shape [{string.Join(", ", logits.shape)}].");
        }

        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return ScoreUnsorted(logits.detach()).to(logits.dtype).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public sealed override bool IsDifferentiable => true;

    /// <summary>The score from sorted logits.</summary>
    /// <param name="first">The largest logit, shape [N], float64.</param>
    /// <param name="differences">The others in descending order less the largest, shape [N, C − 1]: at most 0, −∞ allowed.</param>
    /// <returns>Shape [N].</returns>
    protected abstract Tensor ScoreSorted(Tensor first, Tensor differences);

    /// <inheritdoc/>
    protected sealed override Tensor Score(NetworkClassifier classifier, Tensor inputs)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        return ScoreLogits(classifier.Logits(inputs));
    }

    internal sealed override Tensor ScoreWithGraph(NetworkClassifier classifier, IReadOnlyDictionary<string, Tensor> state, Tensor inputs) =>
        ScoreUnsorted(classifier.Logits(inputs));

    private Tensor ScoreUnsorted(Tensor logits)
    {
        var (descending, _) = logits.to(ScalarType.Float64).sort(1, descending: true);
        var (first, others) = (descending.narrow(1, 0, 1), descending.narrow(1, 1, logits.shape[1] - 1));
        return ScoreSorted(first.squeeze(1), others - first);
    }
}
