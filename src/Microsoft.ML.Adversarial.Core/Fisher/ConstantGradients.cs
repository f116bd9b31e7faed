using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>
/// Whether the gradients of all logits with respect to the targets of a pass stay the same where its inputs change, along the moves, as in networks with ReLU and
/// pooling: asked of the graph itself, where the module's structure shows nothing.
/// </summary>
internal static class ConstantGradients
{
    /// <summary>
    /// Whether ∂_x⟨∂⟨w, z⟩/∂t, move⟩ vanishes in every digit. The weights w of the logits z are arbitrary: what one logit's gradient would
    /// contribute, the others cannot cancel but by chance.
    /// </summary>
    public static bool In(TangentPass pass)
    {
        using var scope = NewDisposeScope();
        using var grad = enable_grad();
        var weights = arange(1, pass.Logits.shape[1] + 1, pass.Logits.dtype, pass.Logits.device).sqrt().expand_as(pass.Logits);
        var gradients = autograd.grad([pass.Logits], pass.Targets, [weights], retain_graph: true, create_graph: true, allow_unused: true);
        var products = gradients.Zip(pass.Moves).Where(pair => !pair.First.IsInvalid && pair.First.requires_grad)
            .Select(pair => (pair.First * pair.Second.detach()).sum()).ToArray();
        if (products.Length == 0)
        {
            return true;
        }

        var change = autograd.grad([stack(products).sum()], [pass.Inputs], retain_graph: true, allow_unused: true)[0];
        return change.IsInvalid || change.count_nonzero().item<long>() == 0;
    }
}
