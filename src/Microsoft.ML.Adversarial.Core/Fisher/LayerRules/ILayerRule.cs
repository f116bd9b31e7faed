using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher.LayerRules;

/// <summary>
/// How one layer turns its input and cotangents of its output into what Fisher information needs to know about its parameters, row by row,
/// without forming per-row gradients where these are large. To add a kind of layer: one file here, one line in <see cref="LayerRuleTable"/>.
/// </summary>
internal interface ILayerRule
{
    /// <summary>The layer's output by operations whose gradients cost less than those of the layer's own; null where there are none.</summary>
    /// <param name="inputs">What went in, shape [N, …], in the graph.</param>
    Tensor? CheaperOutput(Tensor inputs) => null;

    /// <summary>What <see cref="Grams"/> needs of one cotangent: the cotangent itself, unless something smaller will do.</summary>
    /// <param name="inputs">What went in, shape [N, …].</param>
    /// <returns>A function of a cotangent of what came out, [N, …], whose results have the rows on their first axis too.</returns>
    Func<Tensor, Tensor> Condense(Tensor inputs) => cotangent => cotangent;

    /// <summary>
    /// The Gram matrices of the gradients, one per parameter tensor in the order weight, bias: entry (a, b) of row n is
    /// ⟨∂θ⟨δ_a, y⟩, ∂θ⟨δ_b, y⟩⟩.
    /// </summary>
    /// <param name="inputs">What went in, shape [N, …].</param>
    /// <param name="condensed">What <see cref="Condense"/> made of M cotangents of what came out, shape [N, M, …].</param>
    /// <returns>Each of shape [N, M, M].</returns>
    IReadOnlyList<Tensor> Grams(Tensor inputs, Tensor condensed);

    /// <summary>
    /// What a step of the parameters along the gradients v = ∂θ⟨δ, y⟩, each row along its own, does to the output: the tangent (∂y/∂θ)v as a
    /// function of the input, with v held constant. One function per parameter tensor in the order weight, bias.
    /// </summary>
    /// <param name="inputs">What went in where v is taken, shape [N, …].</param>
    /// <param name="cotangent">δ, in the shape of the output, [N, …].</param>
    /// <returns>Functions from inputs to tangents that broadcast to the shape of the output, differentiable in the inputs.</returns>
    IReadOnlyList<Func<Tensor, Tensor>> Tangents(Tensor inputs, Tensor cotangent);
}
