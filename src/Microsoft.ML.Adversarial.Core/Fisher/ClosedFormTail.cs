using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>
/// What the last linear layers contribute to tr F, in closed form, divided by 1 − p_max. The last layer's gradients are orthogonal between
/// classes; those of the layer before depend on the classes through the cotangents of its output, whose squared norms add up over F to
/// Σ_k s_k²(WᵀFW)_kk with two matrix products.
/// </summary>
internal sealed class ClosedFormTail
{
    private readonly Tensor _weight;

    private ClosedFormTail(Tensor trace, Tensor hiddenTrace, Tensor weight, int layers)
    {
        (Trace, HiddenTrace, _weight, Layers) = (trace, hiddenTrace, weight, layers);
    }

    /// <summary>What the last layer contributes and, if the tail has one, the layer before; shape [N], Float64.</summary>
    public Tensor Trace { get; }

    /// <summary>Σ over a factor of F of the squared norms of the cotangents that reach the last hidden layer; shape [N], Float64.</summary>
    public Tensor HiddenTrace { get; }

    /// <summary>How many layers <see cref="Trace"/> covers, 1 or 2.</summary>
    public int Layers { get; }

    /// <param name="pass">A pass whose last layer is linear.</param>
    /// <param name="spread">Its predicted classes and probabilities.</param>
    public static ClosedFormTail Of(RecordedPass pass, ClassSpread spread)
    {
        var tail = pass.Recording.Tail;
        var slopes = tail.Count > 1 ? pass.Recording.SlopesBefore(tail, tail.Count - 1) : null;
        using var noGrad = no_grad();
        var weight = ((Linear)tail[^1].Layer).weight!.detach();
        var hidden = HiddenOf(spread, weight);
        var hiddenTrace = (slopes is null ? hidden : hidden * slopes.square()).sum(1, type: ScalarType.Float64);

        // Σ_c F_cc, divided by 1 − p_max.
        var squares = spread.Shares.square().sum(1, keepdim: true, type: ScalarType.Float64);
        var variances = (1 - (spread.Doubt * squares) + spread.Confidence).squeeze(1);
        var trace = variances * SquaredInput(tail[^1]);
        return tail.Count > 1
            ? new(trace + (hiddenTrace * SquaredInput(tail[^2])), hiddenTrace, weight, 2)
            : new(trace, hiddenTrace, weight, 1);
    }

    /// <summary>The squared norms of what reaches the last hidden layer, shape [M, N], Float64.</summary>
    /// <param name="cotangents">Of the logits, shape [M, N, C].</param>
    /// <param name="gradients">What these became at the layers' outputs, each [N, M, …].</param>
    public Tensor HiddenNorms(Tensor cotangents, Tensor[] gradients) => Layers > 1
        ? gradients[^2].square().sum(2, type: ScalarType.Float64).t()
        : cotangents.matmul(_weight).square().sum(2, type: ScalarType.Float64);

    // diag WᵀFW in differences to the predicted class's weights: Σ q̃(W_j − W_m)² − d(Σ q̃(W_j − W_m))².
    private static Tensor HiddenOf(ClassSpread spread, Tensor weight)
    {
        var predicted = weight.index_select(0, spread.Predicted.squeeze(1));
        var mean = spread.Shares.matmul(weight);
        var squares = spread.Shares.matmul(weight.square());
        var around = squares - (predicted * ((2 * mean) - predicted));
        return around - (spread.Doubt.to(weight.dtype) * (mean - predicted).square());
    }

    // ‖a‖² + 1: over weights and biases the gradients of one class's logit.
    private static Tensor SquaredInput(LayerUse use) =>
        use.Input.detach().square().sum(1, type: ScalarType.Float64) + (((Linear)use.Layer).bias is null ? 0 : 1);
}
