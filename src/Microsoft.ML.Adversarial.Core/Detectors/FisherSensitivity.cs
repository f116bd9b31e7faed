using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Fisher;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>
/// The Euclidean length of the Fisher information sensitivities of all input components (Martin &amp; Elster 2019, arXiv:1909.05527, equation 9).
/// The sensitivities themselves come from <see cref="FisherInformation"/>. It needs no fitting.
/// </summary>
public sealed class FisherSensitivity : IFittedDetector
{
    private readonly FisherInformation _information;

    /// <summary>The sensitivity along v = ∇_θ log p of the predicted class.</summary>
    /// <param name="classifier">The network; the caller keeps owning it.</param>
    public FisherSensitivity(NetworkClassifier classifier)
        : this(classifier, FisherDirection.PredictedClass)
    {
    }

    /// <summary>The sensitivity along a direction.</summary>
    /// <param name="classifier">The network; the caller keeps owning it.</param>
    /// <param name="direction">v; not that of the label, which a detector does not know.</param>
    public FisherSensitivity(NetworkClassifier classifier, FisherDirection direction)
    {
        DetectorDirection.Require(direction);
        _information = new(classifier, direction);
    }

    /// <inheritdoc/>
    public Tensor Score(Tensor inputs) => _information.Compute(inputs, FisherQuantities.SensitivityNorm).SensitivityNorm!;
}
