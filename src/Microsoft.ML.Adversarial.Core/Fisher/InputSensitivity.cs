using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>
/// The Fisher information sensitivity per input component, Σ_j ∂_x(D_v log p_j) · ∂_x(D_v p_j) with v held constant (Martin &amp; Elster 2019,
/// arXiv:1909.05527, equation 9), in logit differences to the predicted class. Per class one backward pass, whose gradients times the moves are
/// the tangent's difference, and one more through that: second derivatives only, since libtorch's third ones of normalisations are wrong.
/// </summary>
internal static class InputSensitivity
{
    /// <summary>
    /// The sensitivity for probabilities and a direction divided by their scales, so that saturated rows don't underflow, with what to multiply
    /// it by: in squares of the direction, and once in the probabilities of the other classes.
    /// </summary>
    /// <returns>Shape [N, …] and N factors.</returns>
    public static (Tensor Scaled, double[] Factors) Of(TangentPass pass)
    {
        using var grad = enable_grad();
        var constant = pass.HasConstantGradients || ConstantGradients.In(pass);
        var differences = pass.Frame.DifferenceCotangents(pass.Logits);
        var count = differences.shape[0];
        var (tangents, slopes) = (SensitivitySum.Buffer(count, pass.Inputs), SensitivitySum.Buffer(count, pass.Inputs));
        for (var other = 0L; other < count; other++)
        {
            using var scope = NewDisposeScope();
            var cotangent = differences.select(0, other);
            var (tangent, slope) = constant && pass.ImageGradient is { } toInputs
                ? ImageGradients(pass, cotangent, toInputs)
                : InputGradients(pass, cotangent, needsGraph: !constant);
            using var noGrad = no_grad();
            var (ofTangent, ofLogits) = (tangent.flatten(1), slope.flatten(1));
            tangents.select(0, other).narrow(1, 0, ofTangent.shape[1]).copy_(ofTangent);
            slopes.select(0, other).narrow(1, 0, ofTangent.shape[1]).copy_(ofLogits);
        }

        var factors = Enumerable.Range(0, pass.Frame.Rows).Select(row => pass.Scales[row] * pass.Scales[row] * pass.Frame.Doubt(row));
        return (SensitivitySum.Of(pass, tangents, slopes), [.. factors]);
    }

    // The same, but through the layer that reads the images, where the graph would go twice.
    private static (Tensor OfTangent, Tensor OfLogits) ImageGradients(TangentPass pass, Tensor cotangent, Func<Tensor, Tensor> toInputs)
    {
        var gradients = autograd.grad([pass.Logits], pass.Targets, [cotangent], retain_graph: true, allow_unused: true);
        var pairs = gradients.Zip(pass.Moves).Where(pair => !pair.First.IsInvalid && pair.Second.requires_grad).ToArray();
        var own = pairs.Where(pair => ReferenceEquals(pair.Second, pass.Moves[0])).ToArray();
        var others = ThroughMoves([.. pairs.Skip(own.Length)], pass.Targets[0]);
        return (
            ThroughMoves(own, pass.Inputs) + toInputs(others),
            gradients[0].IsInvalid ? zeros_like(pass.Inputs) : toInputs(gradients[0]));
    }

    // ∂_x of the tangent's and of the logits' difference.
    private static (Tensor OfTangent, Tensor OfLogits) InputGradients(TangentPass pass, Tensor cotangent, bool needsGraph)
    {
        var gradients = autograd.grad(
            [pass.Logits], [pass.Inputs, .. pass.Targets], [cotangent], retain_graph: true, create_graph: needsGraph, allow_unused: true);
        var slope = gradients[0].IsInvalid ? zeros_like(pass.Inputs) : gradients[0].detach();
        var pairs = gradients.Skip(1).Zip(pass.Moves).Where(pair => !pair.First.IsInvalid && (needsGraph || pair.Second.requires_grad)).ToArray();
        return (needsGraph ? ThroughBoth(pairs, pass.Inputs) : ThroughMoves(pairs, pass.Inputs), slope);
    }

    private static Tensor ThroughMoves((Tensor Gradient, Tensor Move)[] pairs, Tensor inputs) => pairs.Length == 0
        ? zeros_like(inputs)
        : Gradient([.. pairs.Select(pair => pair.Move)], [.. pairs.Select(pair => pair.Gradient.detach())], inputs);

    private static Tensor ThroughBoth((Tensor Gradient, Tensor Move)[] pairs, Tensor inputs)
    {
        var tangent = pairs.Select(pair => (pair.Gradient * pair.Move).sum())
            .Aggregate(zeros([], inputs.dtype, inputs.device), (sum, product) => sum + product);
        return tangent.requires_grad ? Gradient([tangent], [ones_like(tangent)], inputs) : zeros_like(inputs);
    }

    private static Tensor Gradient(Tensor[] values, Tensor[] cotangents, Tensor inputs)
    {
        var gradient = autograd.grad(values, [inputs], cotangents, retain_graph: true, allow_unused: true)[0];
        return gradient.IsInvalid ? zeros_like(inputs) : gradient;
    }
}
