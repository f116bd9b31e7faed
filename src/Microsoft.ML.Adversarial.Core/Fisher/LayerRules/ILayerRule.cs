using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher.LayerRules;

/// <summary>
/// How a kind of layer turns its input and the cotangents of its output into inner products of parameter gradients, row by row, without
/// forming these gradients. To add a layer: one file here, one line in <see cref="LayerRuleTable"/>.
/// </summary>
internal interface ILayerRule
{
    /// <summary>Whether the rule is exact for this module, given its settings.</summary>
    bool Covers(nn.Module module);

    /// <summary>
    /// The Gram matrix of the gradients with respect to this layer's parameters: entry (a, b) of row n is ⟨∂θ⟨δ_a, y⟩, ∂θ⟨δ_b, y⟩⟩.
    /// </summary>
    /// <param name="module">The layer.</param>
    /// <param name="inputs">What went in, shape [N, …].</param>
    /// <param name="cotangents">M cotangents of what came out, shape [N, M, …].</param>
    /// <returns>Shape [N, M, M].</returns>
    Tensor Gram(nn.Module module, Tensor inputs, Tensor cotangents);
}
