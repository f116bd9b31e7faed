using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Layers;

/// <summary>Batch normalisation of images: [C, H, W] → the same shape.</summary>
public sealed record BatchNorm2dLayer : BatchNormLayer
{
    /// <summary>Sets the options.</summary>
    /// <param name="eps">Added to the variance; above 0.</param>
    /// <param name="momentum">The share of the newest batch in the running averages; above 0, at most 1.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public BatchNorm2dLayer(double eps = DefaultEps, double momentum = DefaultMomentum)
        : base(eps, momentum)
    {
    }

    internal static BatchNorm2dLayer Read(DefinitionObject json) =>
        new(json.Number("eps") ?? DefaultEps, json.Number("momentum") ?? DefaultMomentum);

    internal override long[] OutputShape(LayerInput input) => input.Shape.Length is 3
        ? input.Shape
        : throw input.Rejected("an image of shape [channels, height, width]", "Use BatchNorm1d after Flatten and Linear.");

    internal override nn.Module<Tensor, Tensor> Build(LayerState state) =>
        Filled(nn.BatchNorm2d(state["weight"].shape[0], Eps, Momentum), state);
}
