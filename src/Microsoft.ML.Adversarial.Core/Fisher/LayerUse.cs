using Microsoft.ML.Adversarial.Fisher.LayerRules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>One use of one layer: what went in and what came out, both in the graph.</summary>
internal sealed record LayerUse(nn.Module Layer, ILayerRule Rule, Tensor Input, Tensor Output)
{
    /// <summary>The Gram matrix over all of the layer's parameters, shape [N, M, M].</summary>
    /// <param name="condensed">What the rule keeps of M cotangents of the output, shape [N, M, …].</param>
    public Tensor Gram(Tensor condensed) => Rule.Grams(Input, condensed).Aggregate((sum, gram) => sum + gram);

    /// <summary>
    /// What a step along the gradients of ⟨cotangent, output⟩, held constant, does to the output at any input: a function per parameter tensor.
    /// </summary>
    public IReadOnlyList<Func<Tensor, Tensor>> Tangents(Tensor cotangent) => Tangents(Input.detach(), cotangent);

    /// <summary>What the step does to the output at the input that went in, per parameter tensor, broadcast to the output's shape or smaller.</summary>
    /// <param name="cotangent">In the shape of the output.</param>
    /// <param name="differentiable">Whether the results are in the graph, as functions of the input.</param>
    public IReadOnlyList<Tensor> Moves(Tensor cotangent, bool differentiable)
    {
        // The input where the gradients are taken, being the same tensor, spares the rules what they have computed of it.
        var fixedInput = Input.detach();
        var tangents = Tangents(fixedInput, cotangent);
        using var mode = set_grad_enabled(differentiable);
        var input = differentiable ? Input : fixedInput;
        return [.. tangents.Select(tangent => tangent(input))];
    }

    /// <summary>What the step does to the output, over all of the layer's parameters.</summary>
    public Tensor Move(Tensor cotangent, bool differentiable)
    {
        var moves = Moves(cotangent, differentiable);
        using var mode = set_grad_enabled(differentiable);
        return moves.Aggregate((sum, move) => sum + move);
    }

    private IReadOnlyList<Func<Tensor, Tensor>> Tangents(Tensor input, Tensor cotangent)
    {
        using var noGrad = no_grad();
        return Rule.Tangents(input, cotangent);
    }
}
