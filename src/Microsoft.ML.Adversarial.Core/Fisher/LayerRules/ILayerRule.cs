using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher.LayerRules;

/// <summary>
/// How one layer turns its input and cotangents of its output into what Fisher information needs to know about its parameters, row by row,
/// without forming per-row gradients where these are large. To add a kind of layer: one file here, one line in <see cref="LayerRuleTable"/>.
/// </summary>
internal interface ILayerRule
{
    /// <summary>
    /// The Gram matrices of the gradients, one per parameter tensor in the order weight, bias: entry (a, b) of row n is
    /// ⟨∂θ⟨δ_a, y⟩, ∂θ⟨δ_b, y⟩⟩.
    /// </summary>
    /// <param name="inputs">What went in, shape [N, …].</param>
    /// <param name="cotangents">M cotangents of what came out, shape [N, M, …].</param>
    /// <returns>Each of shape [N, M, M].</returns>
    IReadOnlyList<Tensor> Grams(Tensor inputs, Tensor cotangents);

    /// <summary>
    /// What a step of the parameters along the gradients v = ∂θ⟨δ, y⟩, each row along its own, does to the output: the tangent (∂y/∂θ)v as a
    /// function of the input, with v held constant. One function per parameter tensor in the order weight, bias.
    /// </summary>
    /// <param name="inputs">What went in where v is taken, shape [N, …].</param>
    /// <param name="cotangent">δ, in the shape of the output, [N, …].</param>
    /// <returns>Functions from inputs to tangents that broadcast to the shape of the output, differentiable in the inputs.</returns>
    IReadOnlyList<Func<Tensor, Tensor>> Tangents(Tensor inputs, Tensor cotangent);
}
