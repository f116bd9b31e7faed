using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher.LayerRules;

/// <summary>Batch normalisation in evaluation mode, by its running statistics: one γ and β per channel.</summary>
internal sealed class BatchNormRule(NormBase layer) : ChannelAffineRule(layer.bias is not null)
{
    public static ILayerRule? For(nn.Module module) =>
        module is BatchNorm1d { running_mean: not null, weight: not null } or BatchNorm2d { running_mean: not null, weight: not null }
            ? new BatchNormRule((NormBase)module)
            : null;

    /// <summary>γx̂ + β as one product and one sum: libtorch's own gradient sums those of γ and β as well, though nobody asks for them.</summary>
    public override Tensor? CheaperOutput(Tensor inputs)
    {
        using var scope = NewDisposeScope();
        var (scale, shift) = Affine();
        return ((inputs * PerChannel(scale, inputs.dim())) + PerChannel(shift, inputs.dim())).MoveToOuterDisposeScope();
    }

    protected override Tensor Normalised(Tensor inputs) =>
        (inputs - PerChannel(layer.running_mean!, inputs.dim())) * PerChannel(InverseDeviation(), inputs.dim());

    private (Tensor Scale, Tensor Shift) Affine()
    {
        using var noGrad = no_grad();
        var scale = layer.weight! * InverseDeviation();
        var shift = -layer.running_mean! * scale;
        return (scale, layer.bias is null ? shift : shift + layer.bias);
    }

    private Tensor InverseDeviation() => (layer.running_var! + layer.eps).rsqrt();
}
