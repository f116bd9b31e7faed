using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Settings;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>
/// A detector of adversarial inputs: an immutable value of settings, checked when it is made. Fitted on clean rows, it scores inputs; what
/// it learnt is a set of named tensors, so that any fitted detector can be saved and restored alike.
/// </summary>
public abstract record Detector
{
    /// <summary>Learns what clean rows look like.</summary>
    /// <param name="classifier">The network, in evaluation mode; the caller keeps owning it, and it is left as found.</param>
    /// <param name="inputs">Clean rows, shape [N, …], finite; rows of the training set will do. They are worked on 512 at a time.</param>
    /// <param name="labels">Their classes, shape [N], Int64, from 0.</param>
    /// <returns>The detector, ready to score; the caller disposes it.</returns>
    /// <exception cref="AdversarialInputException">
    /// A row is NaN or infinite, or its label is none of the classes; names the row.
    /// </exception>
    /// <exception cref="ArgumentException">Shapes or types do not fit, or there are too few rows for what is to be learnt.</exception>
    /// <exception cref="InvalidOperationException">The network is in training mode.</exception>
    /// <exception cref="NotSupportedException">The network has no layers of the kind that the detector looks at.</exception>
    public FittedDetector Fit(NetworkClassifier classifier, Tensor inputs, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(labels);
        DetectorInputs.Require(classifier);

        // The caller may work under inference mode, where no gradient exists; leaving it turns grad mode on.
        using var mode = inference_mode(false);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var rows = inputs.detach();
        DetectorInputs.Require(classifier, rows);
        DetectorInputs.RequireLabels(rows, labels, classifier.ClassCount);
        return Make(classifier, Learn(classifier, rows, labels.detach().to(classifier.Device)));
    }

    /// <summary>Makes the detector that was fitted before, from what it learnt.</summary>
    /// <param name="classifier">The network that it was fitted on; the caller keeps owning it.</param>
    /// <param name="state">A copy of <see cref="FittedDetector.State"/>, such as a file holds; it is copied and left as found.</param>
    /// <returns>The detector, ready to score; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">
    /// The state is not one of this detector with these settings on this network; says what does not fit.
    /// </exception>
    public FittedDetector Restore(NetworkClassifier classifier, IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(state);
        DetectorInputs.Require(classifier);
        using var mode = inference_mode(false);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return Make(classifier, state);
    }

    /// <summary>
    /// Learns from clean rows that were checked. Tensors made here are freed when fitting is done, but for the ones returned.
    /// </summary>
    /// <param name="classifier">The network.</param>
    /// <param name="inputs">Shape [N, …], N at least 1.</param>
    /// <param name="labels">Shape [N], Int64, on the device of the network.</param>
    /// <returns>What was learnt, by name.</returns>
    protected abstract IReadOnlyDictionary<string, Tensor> Learn(NetworkClassifier classifier, Tensor inputs, Tensor labels);

    /// <summary>
    /// What the tensors of a state must be like on this network. Throws an <see cref="ArgumentException"/> if no state can be so.
    /// </summary>
    /// <param name="classifier">The network.</param>
    /// <param name="state">The state, for shapes that depend on the rows that were learnt from; it may be damaged.</param>
    protected abstract IReadOnlyList<LearntTensor> Expect(NetworkClassifier classifier, IReadOnlyDictionary<string, Tensor> state);

    /// <summary>
    /// Scores a batch of rows that were checked, without grad mode. Tensors made here are freed, but for the one returned.
    /// </summary>
    /// <param name="classifier">The network.</param>
    /// <param name="state">What was learnt.</param>
    /// <param name="inputs">Shape [N, …], N from 1 to 512.</param>
    /// <returns>Shape [N], floating, higher for more suspicious rows.</returns>
    protected internal abstract Tensor Score(NetworkClassifier classifier, IReadOnlyDictionary<string, Tensor> state, Tensor inputs);

    /// <summary>Whether scores have a gradient that says where they grow. Default false.</summary>
    public virtual bool IsDifferentiable => false;

    /// <summary>Scores rows under grad mode, so that the scores carry the graph back to the inputs. Only called where <see cref="IsDifferentiable"/>.</summary>
    internal virtual Tensor ScoreWithGraph(NetworkClassifier classifier, IReadOnlyDictionary<string, Tensor> state, Tensor inputs) =>
        Score(classifier, state, inputs);

    /// <summary>Returns a setting that lies in its range, or throws.</summary>
    private protected static T InRange<T>(T value, bool inRange, string expected, string setting) =>
        SettingRange.Require(value, inRange, expected, setting);

    private FittedDetector Make(NetworkClassifier classifier, IReadOnlyDictionary<string, Tensor> state)
    {
        LearntTensor.Require(Expect(classifier, state), state);

        // Contiguous, as they come back from a file: products of other layouts may differ in the last bits.
        return new(this, classifier, state.ToDictionary(
            pair => pair.Key, pair => pair.Value.detach().to(classifier.Device).contiguous().clone().DetachFromDisposeScope()));
    }
}
