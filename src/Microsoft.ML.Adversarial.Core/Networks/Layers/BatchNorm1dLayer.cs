using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Layers;

/// <summary>Batch normalisation of vectors or sequences: [C] or [C, L] → the same shape.</summary>
public sealed record BatchNorm1dLayer : BatchNormLayer
{
    /// <summary>Sets the options.</summary>
    /// <param name="eps">Added to the variance; above 0.</param>
    /// <param name="momentum">The share of the newest batch in the running averages; above 0, at most 1.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public BatchNorm1dLayer(double eps = DefaultEps, double momentum = DefaultMomentum)
        : base(eps, momentum)
    {
    }

    internal static BatchNorm1dLayer Read(DefinitionObject json) =>
        new(json.Number("eps") ?? DefaultEps, json.Number("momentum") ?? DefaultMomentum);

    internal override long[] OutputShape(LayerInput input) => input.Shape.Length is 1 or 2
        ? input.Shape
        : throw input.Rejected("[channels] or [channels, length]", "Use BatchNorm2d for images.");

    internal override nn.Module<Tensor, Tensor> Build(LayerState state) =>
        Filled(nn.BatchNorm1d(state["weight"].shape[0], Eps, Momentum), state);
}
