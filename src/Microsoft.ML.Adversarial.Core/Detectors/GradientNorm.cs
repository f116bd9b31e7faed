using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>
/// How steep the loss is around the input: ‖∂/∂x (−log p_ŷ)‖, the gradient of the cross-entropy at the predicted class ŷ with respect to
/// the input, in the units of the features (input-gradient norms: Drucker &amp; Le Cun 1992; Ross &amp; Doshi-Velez 2018,
/// arXiv:1711.09404). Inputs that were pushed over a decision boundary tend to lie where it is large. This is not GradNorm (Huang et al.
/// 2021, arXiv:2110.00218), which takes the gradient of the divergence from the uniform distribution with respect to weights, and where a
/// low value is the sign. The gradient is computed for a loss that is scaled by 1 / (1 − p_ŷ), and scaled back in float64, so that
/// saturated rows keep their digits.
/// </summary>
[DetectorName("gradient-norm")]
public sealed record GradientNorm : StatelessDetector
{
    private readonly Norm _norm = Norm.L2;

    /// <summary>
    /// How the gradient is measured: <see cref="Norm.L1"/>, <see cref="Norm.L2"/>, <see cref="Norm.LInfinity"/> or another of order 1 or
    /// more. Default L2.
    /// </summary>
    public Norm Norm
    {
        get => _norm;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            _norm = InRange(value, value.Order >= 1, "of order >= 1", nameof(Norm));
        }
    }

    /// <inheritdoc/>
    protected override Tensor Score(NetworkClassifier classifier, Tensor inputs)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(inputs);
        using var grad = enable_grad();
        var leaf = inputs.clone().requires_grad_(true);
        Tensor? scale = null;
        var gradient = ((IDifferentiableClassifier)classifier).InputGradient(leaf, logits =>
        {
            // The gradient in the logits, p − onehot(ŷ), is (1 − p_ŷ) times (softmax over the other classes − onehot(ŷ)).
            var predicted = logits.argmax(1, keepdim: true);
            var exact = logits.to(ScalarType.Float64);
            var largest = exact.gather(1, predicted);
            var differences = (exact - largest).scatter(1, predicted, full_like(largest, double.NegativeInfinity));
            var others = differences.exp().sum(1);
            scale = (others / (others + 1)).MoveToOuterDisposeScope();
            return differences.softmax(1).scatter(1, predicted, full_like(largest, -1.0)).to(logits.dtype);
        });
        using var noGrad = no_grad();
        return Norm.Measure(gradient.to(ScalarType.Float64)) * scale!;
    }
}
