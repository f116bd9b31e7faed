using System.Text.Json;
using Microsoft.ML.Adversarial.Networks.Onnx;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Layers;

/// <summary>In train mode each value is set to 0 with the given probability and the others grow by 1 / (1 − probability).</summary>
/// <remarks>Draws come from the network's own generator, never from global state. In eval mode the layer does nothing.</remarks>
public sealed record DropoutLayer : ElementwiseLayer
{
    /// <summary>Sets the option.</summary>
    /// <param name="probability">Of a value to be dropped: at least 0, below 1.</param>
    /// <exception cref="ArgumentException"><paramref name="probability"/> is out of its range.</exception>
    public DropoutLayer(double probability = 0.5) => Probability = probability is >= 0 and < 1
        ? probability
        : throw new DefinitionOptionException(
            nameof(probability), "a number of at least 0 and below 1", FormattableString.Invariant($"{probability}"));

    /// <summary>Of a value to be dropped; 0.5 by default.</summary>
    public double Probability { get; }

    internal static DropoutLayer Read(DefinitionObject json) => new(json.Number("probability") ?? 0.5);

    /// <summary>In evaluation mode there is nothing to write.</summary>
    internal override string WriteOnnx(OnnxWriter onnx, string input, long[] inputShape) => input;

    internal override nn.Module<Tensor, Tensor> Build(LayerState state) => new DropoutModule(Probability, state.Dropout);

    internal override void Write(Utf8JsonWriter json) => json.WriteNumber("probability", Probability);
}
