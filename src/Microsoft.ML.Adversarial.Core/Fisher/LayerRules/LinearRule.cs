using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher.LayerRules;

/// <summary>y = Wa + b on vectors or sequences of them: the gradients are δaᵀ and δ, summed over the positions of a sequence.</summary>
internal sealed class LinearRule(Linear layer) : ILayerRule
{
    public static ILayerRule? For(nn.Module module) => module is Linear layer ? new LinearRule(layer) : null;

    public IReadOnlyList<Tensor> Grams(Tensor inputs, Tensor cotangents)
    {
        if (inputs.dim() == 2)
        {
            // One position: ⟨δ_a aᵀ, δ_b aᵀ⟩ = ‖a‖²⟨δ_a, δ_b⟩, and W's gradients are never formed.
            var similar = cotangents.bmm(cotangents.transpose(1, 2));
            var weighted = similar * inputs.square().sum(1).reshape(-1, 1, 1);
            return layer.bias is null ? [weighted] : [weighted, similar];
        }

        var gradients = cotangents.flatten(2, -2).transpose(2, 3).matmul(inputs.flatten(1, -2).unsqueeze(1)).flatten(2);
        var gram = gradients.bmm(gradients.transpose(1, 2));
        if (layer.bias is null)
        {
            return [gram];
        }

        var sums = cotangents.flatten(2, -2).sum(2);
        return [gram, sums.bmm(sums.transpose(1, 2))];
    }

    public IReadOnlyList<Func<Tensor, Tensor>> Tangents(Tensor inputs, Tensor cotangent)
    {
        if (inputs.dim() == 2)
        {
            Tensor Weight(Tensor x) => cotangent * (inputs * x).sum(1, keepdim: true);
            return layer.bias is null ? [Weight] : [Weight, _ => cotangent];
        }

        // [N, in, out], the transpose of W's gradient.
        var direction = inputs.flatten(1, -2).transpose(1, 2).bmm(cotangent.flatten(1, -2));
        Tensor Sequence(Tensor x) => x.flatten(1, -2).bmm(direction).reshape(cotangent.shape);
        if (layer.bias is null)
        {
            return [Sequence];
        }

        var sum = cotangent.flatten(1, -2).sum(1).reshape([cotangent.shape[0], .. Enumerable.Repeat(1L, (int)cotangent.dim() - 2), cotangent.shape[^1]]);
        return [Sequence, _ => sum];
    }
}
