using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Fisher;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>
/// The largest eigenvalue of the Fisher information of one prediction: the normalised quadratic form along the worst direction, at most the
/// trace. Costs what the trace does. It needs no fitting.
/// </summary>
public sealed class FisherTopEigenvalue : IFittedDetector
{
    private readonly FisherInformation _information;

    /// <summary>The detector on a network.</summary>
    /// <param name="classifier">The network; the caller keeps owning it.</param>
    public FisherTopEigenvalue(NetworkClassifier classifier) => _information = new(classifier);

    /// <inheritdoc/>
    public Tensor Score(Tensor inputs) => _information.Compute(inputs, FisherQuantities.TopEigenvalue).TopEigenvalue!;
}
