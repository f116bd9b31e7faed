using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher.LayerRules;

/// <summary>Group normalisation: one γ and β per channel.</summary>
internal sealed class GroupNormRule(GroupNorm layer) : ChannelAffineRule(layer.bias is not null)
{
    public static ILayerRule? For(nn.Module module) => module is GroupNorm { weight: not null } layer ? new GroupNormRule(layer) : null;

    protected override Tensor Normalised(Tensor inputs) => nn.functional.group_norm(inputs, layer.num_groups, eps: layer.eps);
}
