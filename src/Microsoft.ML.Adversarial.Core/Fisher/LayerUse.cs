using Microsoft.ML.Adversarial.Fisher.LayerRules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>One use of one layer: what went in and what came out, both in the graph.</summary>
internal sealed record LayerUse(nn.Module Layer, ILayerRule Rule, Tensor Input, Tensor Output)
{
    /// <summary>The Gram matrix over all of the layer's parameters, shape [N, M, M].</summary>
    public Tensor Gram(Tensor cotangents) => Rule.Grams(Input, cotangents).Aggregate((sum, gram) => sum + gram);

    /// <summary>What a step along the gradients of ⟨cotangent, output⟩ does to the output, as a function of the input.</summary>
    public Func<Tensor, Tensor> Tangent(Tensor cotangent)
    {
        var parts = Rule.Tangents(Input.detach(), cotangent);
        return input => parts.Select(part => part(input)).Aggregate((sum, tangent) => sum + tangent);
    }
}
