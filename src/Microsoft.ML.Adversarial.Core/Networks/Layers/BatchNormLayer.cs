using System.Text.Json;
using Microsoft.ML.Adversarial.Networks.Onnx;
using TorchSharp.Modules;

namespace Microsoft.ML.Adversarial.Networks.Layers;

/// <summary>What BatchNorm1d and BatchNorm2d share: per channel (x − mean) / √(variance + eps) · weight + bias.</summary>
/// <remarks>Mean and variance are those of the batch in train mode and running averages in eval mode.</remarks>
public abstract record BatchNormLayer : LayerDefinition
{
    private protected const double DefaultEps = 1e-5;
    private protected const double DefaultMomentum = 0.1;

    private protected BatchNormLayer(double eps, double momentum)
    {
        Eps = OptionRange.Positive(eps);
        Momentum = momentum is > 0 and <= 1
            ? momentum
            : throw new DefinitionOptionException(
                nameof(momentum), "a number above 0 and at most 1", FormattableString.Invariant($"{momentum}"));
    }

    /// <summary>Added to the variance; above 0, 1e-5 by default.</summary>
    public double Eps { get; }

    /// <summary>The share of the newest batch in the running averages; above 0, at most 1, 0.1 by default.</summary>
    public double Momentum { get; }

    internal override IEnumerable<StateTensor> State(long[] inputShape)
    {
        long[] perChannel = [inputShape[0]];
        yield return StateTensor.Constant("weight", perChannel, 1);
        yield return StateTensor.Constant("bias", perChannel, 0);
        yield return StateTensor.Constant("running_mean", perChannel, 0);
        yield return StateTensor.Constant("running_var", perChannel, 1);
        yield return StateTensor.Counter("num_batches_tracked");
    }

    internal override string WriteOnnx(OnnxWriter onnx, string input, long[] inputShape) => onnx.Node(
        "BatchNormalization",
        [input, onnx.Weight("weight"), onnx.Weight("bias"), onnx.Weight("running_mean"), onnx.Weight("running_var")],
        OnnxWriter.Attribute("epsilon", Eps));

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("eps", Eps);
        json.WriteNumber("momentum", Momentum);
    }

    private protected static TModule Filled<TModule>(TModule module, LayerState state)
        where TModule : BatchNorm
    {
        module.weight = state.Parameter("weight");
        module.bias = state.Parameter("bias");
        module.running_mean = state["running_mean"];
        module.running_var = state["running_var"];
        module.num_batches_tracked = state["num_batches_tracked"];
        return module;
    }
}
