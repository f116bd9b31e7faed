using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>
/// The directional derivatives of the logits along v = ∇_θ log p of the predicted class, for one parameter tensor after the other.
/// </summary>
internal static class TensorTangents
{
    /// <summary>Calls back for each parameter tensor; the graph lives within the callback only.</summary>
    public static void Run(NetworkClassifier classifier, Tensor rows, bool differentiable, Action<TangentPass> each)
    {
        var pass = RecordedPass.TryRun(classifier, rows) ?? throw MissingRule(classifier);
        if (pass.Recording.Uses.Count == 0)
        {
            return;
        }

        var frame = DifferenceFrame.Of(pass.Logits);
        var (cotangent, scales) = ClassDirection.Of(frame, pass.Logits, frame.Predicted);
        using var grad = enable_grad();
        var outputs = pass.Recording.Uses.Select(use => use.Output).ToArray();
        var gradients = autograd.grad(
            [pass.Logits], outputs, [cotangent.requires_grad_()], retain_graph: true, create_graph: true, allow_unused: true);
        foreach (var (use, gradient) in pass.Recording.Uses.Zip(gradients).Where(pair => !pair.Second.IsInvalid))
        {
            var fixedGradient = gradient.detach();
            foreach (var narrow in use.Moves(fixedGradient, differentiable))
            {
                using var scope = NewDisposeScope();
                var move = narrow.expand_as(gradient);
                var u = autograd.grad([gradient], [cotangent], [move.detach()], retain_graph: true)[0];
                var norms = DoubleArray.Of((move.detach() * fixedGradient).flatten(1).sum(1));
                each(new(pass.Inputs, pass.Logits, [use.Output], [move], u, frame, norms, scales));
            }
        }
    }

    public static InvalidOperationException MissingRule(NetworkClassifier classifier) => new(
        $"The per-tensor quantities need a rule for every layer, got {classifier.Taps.Uncovered ?? "a layer that runs more than once or outside of call"} "
            + "without one. Use FisherInformation, which handles any layer.");
}
