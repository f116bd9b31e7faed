using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Layers;

/// <summary>max(x, 0).</summary>
public sealed record ReLULayer : ElementwiseLayer
{
    internal override nn.Module<Tensor, Tensor> Build(LayerState state) => nn.ReLU();
}

/// <summary>x Φ(x), with Φ the distribution function of the standard normal: the Gaussian error linear unit, exact form.</summary>
public sealed record GELULayer : ElementwiseLayer
{
    internal override nn.Module<Tensor, Tensor> Build(LayerState state) => nn.GELU();
}

/// <summary>x σ(x): the sigmoid linear unit, also called swish.</summary>
public sealed record SiLULayer : ElementwiseLayer
{
    internal override nn.Module<Tensor, Tensor> Build(LayerState state) => nn.SiLU();
}

/// <summary>tanh(x).</summary>
public sealed record TanhLayer : ElementwiseLayer
{
    internal override nn.Module<Tensor, Tensor> Build(LayerState state) => nn.Tanh();
}

/// <summary>σ(x) = 1 / (1 + exp(−x)).</summary>
public sealed record SigmoidLayer : ElementwiseLayer
{
    internal override nn.Module<Tensor, Tensor> Build(LayerState state) => nn.Sigmoid();
}
