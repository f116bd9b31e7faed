using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher.LayerRules;

/// <summary>Batch normalisation in evaluation mode, by its running statistics: one γ and β per channel.</summary>
internal sealed class BatchNormRule(NormBase layer) : AffineRule(layer.bias is not null)
{
    public static ILayerRule? For(nn.Module module) =>
        module is BatchNorm1d { running_mean: not null, weight: not null } or BatchNorm2d { running_mean: not null, weight: not null }
            ? new BatchNormRule((NormBase)module)
            : null;

    protected override Tensor Normalised(Tensor inputs) =>
        (inputs - PerChannel(layer.running_mean!, inputs.dim())) * PerChannel((layer.running_var! + layer.eps).rsqrt(), inputs.dim());

    protected override IEnumerable<long> Positions(long dimensions)
    {
        for (var axis = 2L; axis < dimensions; axis++)
        {
            yield return axis;
        }
    }
}
