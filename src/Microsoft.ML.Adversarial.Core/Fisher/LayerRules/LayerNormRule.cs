using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher.LayerRules;

/// <summary>Layer normalisation over the last axes: one γ and β per element of these, shared by the axes before.</summary>
internal sealed class LayerNormRule(LayerNorm layer) : AffineRule(layer.bias is not null)
{
    public static ILayerRule? For(nn.Module module) => module is LayerNorm { weight: not null } layer ? new LayerNormRule(layer) : null;

    protected override Tensor Normalised(Tensor inputs) => nn.functional.layer_norm(inputs, layer.normalized_shape, eps: layer.eps);

    protected override IEnumerable<long> Positions(long dimensions)
    {
        for (var axis = 1L; axis < dimensions - layer.normalized_shape.Length; axis++)
        {
            yield return axis;
        }
    }
}
