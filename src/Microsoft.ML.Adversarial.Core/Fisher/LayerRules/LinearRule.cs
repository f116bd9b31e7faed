using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher.LayerRules;

/// <summary>y = Wa + b on vectors: the gradients δaᵀ and δ have the inner products (‖a‖² + 1)·⟨δ_a, δ_b⟩.</summary>
internal sealed class LinearRule : ILayerRule
{
    public bool Covers(nn.Module module) => module is Linear;

    public Tensor Gram(nn.Module module, Tensor inputs, Tensor cotangents)
    {
        using var scope = NewDisposeScope();
        var hasBias = ((Linear)module).bias is not null;
        if (inputs.dim() == 2)
        {
            var weight = inputs.square().sum(1) + (hasBias ? 1 : 0);
            return cotangents.bmm(cotangents.transpose(1, 2)).mul_(weight.reshape(-1, 1, 1)).MoveToOuterDisposeScope();
        }

        // A sequence uses the weights once per position: the gradient is the sum over positions.
        var positions = inputs.flatten(1, -2).unsqueeze(1);
        var perPosition = cotangents.flatten(2, -2);
        var gradients = perPosition.transpose(2, 3).matmul(positions).flatten(2);
        var gram = gradients.bmm(gradients.transpose(1, 2));
        if (hasBias)
        {
            var bias = perPosition.sum(2);
            gram.add_(bias.bmm(bias.transpose(1, 2)));
        }

        return gram.MoveToOuterDisposeScope();
    }
}
