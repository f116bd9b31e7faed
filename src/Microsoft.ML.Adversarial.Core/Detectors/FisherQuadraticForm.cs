using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Fisher;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>
/// The Fisher information of one prediction along a direction, vᵀFv (Martin &amp; Elster 2019, arXiv:1909.05527, equation 6): how much the
/// prediction changes when the parameters move to make it surer. Its cost does not depend on the number of classes. It needs no fitting.
/// </summary>
public sealed class FisherQuadraticForm : IDifferentiableDetector
{
    private readonly NetworkClassifier _classifier;
    private readonly FisherDirection _direction;
    private readonly FisherInformation _information;

    /// <summary>The form along v = ∇_θ log p of the predicted class.</summary>
    /// <param name="classifier">The network; the caller keeps owning it.</param>
    public FisherQuadraticForm(NetworkClassifier classifier)
        : this(classifier, FisherDirection.PredictedClass)
    {
    }

    /// <summary>The form along a direction.</summary>
    /// <param name="classifier">The network; the caller keeps owning it.</param>
    /// <param name="direction">v; not that of the label, which a detector does not know.</param>
    public FisherQuadraticForm(NetworkClassifier classifier, FisherDirection direction)
    {
        DetectorDirection.Require(direction);
        _information = new(classifier, direction);
        (_classifier, _direction) = (classifier, direction);
    }

    /// <summary>Divide by ‖v‖², so that the score lies between 0 and the largest eigenvalue. Default false.</summary>
    public bool Normalised { get; init; }

    /// <inheritdoc/>
    public Tensor Score(Tensor inputs)
    {
        var quantity = Normalised ? FisherQuantities.NormalisedQuadraticForm : FisherQuantities.QuadraticForm;
        var scores = _information.Compute(inputs, quantity);
        return (scores.QuadraticForm ?? scores.NormalisedQuadraticForm)!;
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The direction is not that of the predicted class, or a layer of the network has no rule.</exception>
    public Tensor ScoreGradient(Tensor inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return _direction == FisherDirection.PredictedClass
            ? ScoreGradients.Of(inputs, FisherScoreGraph.Rows, rows => FisherScoreGraph.Of(_classifier, rows).LogForm(Normalised))
            : throw new NotSupportedException($"The gradient of the form is that of the predicted class's direction, got {_direction}.");
    }
}
