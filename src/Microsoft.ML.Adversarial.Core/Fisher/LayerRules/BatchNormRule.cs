using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher.LayerRules;

/// <summary>Batch normalisation in evaluation mode: y = γ·x̂ + β per channel, with gradients Σδx̂ and Σδ over positions.</summary>
internal sealed class BatchNormRule : ILayerRule
{
    public bool Covers(nn.Module module) => module is BatchNorm1d { running_mean: not null } or BatchNorm2d { running_mean: not null };

    public Tensor Gram(nn.Module module, Tensor inputs, Tensor cotangents)
    {
        using var scope = NewDisposeScope();
        var norm = (NormBase)module;
        var (rows, channels) = (inputs.shape[0], inputs.shape[1]);
        var normalised = (inputs.reshape(rows, channels, -1) - norm.running_mean!.reshape(1, -1, 1))
            * (norm.running_var! + norm.eps).rsqrt().reshape(1, -1, 1);
        var deltas = cotangents.reshape(rows, cotangents.shape[1], channels, -1);
        var scale = (deltas * normalised.unsqueeze(1)).sum(3);
        var shift = deltas.sum(3);
        return scale.bmm(scale.transpose(1, 2)).add_(shift.bmm(shift.transpose(1, 2))).MoveToOuterDisposeScope();
    }
}
