using Microsoft.ML.Adversarial.Fisher.LayerRules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>One use of one layer: what went in and what came out, both in the graph.</summary>
internal sealed record LayerUse(nn.Module Layer, ILayerRule Rule, Tensor Input, Tensor Output)
{
    /// <summary>The Gram matrix over all of the layer's parameters, shape [N, M, M].</summary>
    public Tensor Gram(Tensor cotangents) => Rule.Grams(Input, cotangents).Aggregate((sum, gram) => sum + gram);

    /// <summary>What a step along the gradients of ⟨cotangent, output⟩, held constant, does to the output at the input that went in.</summary>
    /// <param name="cotangent">In the shape of the output.</param>
    /// <param name="differentiable">Whether the result is in the graph, as a function of the input.</param>
    public Tensor Move(Tensor cotangent, bool differentiable)
    {
        var fixedInput = Input.detach();
        IReadOnlyList<Func<Tensor, Tensor>> tangents;
        using (no_grad())
        {
            tangents = Rule.Tangents(fixedInput, cotangent);
        }

        using var mode = set_grad_enabled(differentiable);
        var input = differentiable ? Input : fixedInput;
        return tangents.Select(tangent => tangent(input)).Aggregate((sum, tangent) => sum + tangent);
    }
}
