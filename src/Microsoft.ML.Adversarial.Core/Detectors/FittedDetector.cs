using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>A detector with what it learnt on a network. Any number of threads may score with it.</summary>
public sealed class FittedDetector : IFittedDetector, IDisposable
{
    private readonly Dictionary<string, Tensor> _state;

    internal FittedDetector(Detector detector, NetworkClassifier classifier, Dictionary<string, Tensor> state) =>
        (Detector, Classifier, _state) = (detector, classifier, state);

    /// <summary>The settings.</summary>
    public Detector Detector { get; }

    /// <summary>The network, which its owner disposes.</summary>
    public NetworkClassifier Classifier { get; }

    /// <summary>
    /// What was learnt, by name; <see cref="Detector.Restore"/> makes the same detector of it. The tensors belong to this object.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> State => _state;

    /// <summary>Scores a batch, 512 rows at a time; each row's score depends on that row alone.</summary>
    /// <param name="inputs">Shape [N, …], as the classifier takes them, finite.</param>
    /// <returns>Shape [N], in the classifier's element type; a fresh tensor that the caller owns.</returns>
    /// <exception cref="AdversarialInputException">A row is NaN or infinite; names the row.</exception>
    /// <exception cref="InvalidOperationException">The network is in training mode.</exception>
    public Tensor Score(Tensor inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        DetectorInputs.Require(Classifier);
        using var mode = inference_mode(false);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var rows = inputs.detach();
        DetectorInputs.Require(Classifier, rows);
        var scores = rows.shape[0] == 0
            ? empty([0], Classifier.ElementType, Classifier.Device)
            : RowBatches.Map(rows, batch => Detector.Score(Classifier, _state, batch)).to(Classifier.ElementType);
        return scores.MoveToOuterDisposeScope();
    }

    /// <summary>The detector with the gradient of its score, for attacks that evade it; not to be used after this object is disposed.</summary>
    /// <exception cref="NotSupportedException">The score has no gradient that says where it grows.</exception>
    public IDifferentiableDetector AsDifferentiable() => Detector.IsDifferentiable
        ? new DifferentiableFittedDetector(this)
        : throw new NotSupportedException(
            $"Expected a detector with gradients, got {Detector.GetType().Name}, whose score has none. Attack it with a method that needs scores only.");

    /// <summary>Frees what was learnt; the network stays.</summary>
    public void Dispose()
    {
        foreach (var tensor in _state.Values)
        {
            tensor.Dispose();
        }
    }
}
