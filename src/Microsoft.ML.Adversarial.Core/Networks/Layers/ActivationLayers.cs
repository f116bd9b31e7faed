using Microsoft.ML.Adversarial.Networks.Onnx;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Layers;

/// <summary>max(x, 0).</summary>
public sealed record ReLULayer : ElementwiseLayer
{
    internal override nn.Module<Tensor, Tensor> Build(LayerState state) => nn.ReLU();

    internal override string WriteOnnx(OnnxWriter onnx, string input, long[] inputShape) =>
        onnx.Node("Relu", [input]);
}

/// <summary>x Φ(x), with Φ the distribution function of the standard normal: the Gaussian error linear unit, exact form.</summary>
public sealed record GELULayer : ElementwiseLayer
{
    internal override nn.Module<Tensor, Tensor> Build(LayerState state) => nn.GELU();

    internal override string WriteOnnx(OnnxWriter onnx, string input, long[] inputShape)
    {
        // Gelu became an operator in version 20 only: x (1 + erf(x / √2)) / 2.
        var erf = onnx.Node("Erf", [onnx.Node("Div", [input, onnx.Constant(Math.Sqrt(2))])]);
        var twice = onnx.Node("Mul", [input, onnx.Node("Add", [erf, onnx.Constant(1)])]);
        return onnx.Node("Mul", [twice, onnx.Constant(0.5)]);
    }
}

/// <summary>x σ(x): the sigmoid linear unit, also called swish.</summary>
public sealed record SiLULayer : ElementwiseLayer
{
    internal override nn.Module<Tensor, Tensor> Build(LayerState state) => nn.SiLU();

    internal override string WriteOnnx(OnnxWriter onnx, string input, long[] inputShape) =>
        onnx.Node("Mul", [input, onnx.Node("Sigmoid", [input])]);
}

/// <summary>tanh(x).</summary>
public sealed record TanhLayer : ElementwiseLayer
{
    internal override nn.Module<Tensor, Tensor> Build(LayerState state) => nn.Tanh();

    internal override string WriteOnnx(OnnxWriter onnx, string input, long[] inputShape) =>
        onnx.Node("Tanh", [input]);
}

/// <summary>σ(x) = 1 / (1 + exp(−x)).</summary>
public sealed record SigmoidLayer : ElementwiseLayer
{
    internal override nn.Module<Tensor, Tensor> Build(LayerState state) => nn.Sigmoid();

    internal override string WriteOnnx(OnnxWriter onnx, string input, long[] inputShape) =>
        onnx.Node("Sigmoid", [input]);
}
