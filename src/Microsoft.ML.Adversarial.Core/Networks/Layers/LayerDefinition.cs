using System.Text.Json;
using Microsoft.ML.Adversarial.Networks.Onnx;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Layers;

/// <summary>One layer of a <see cref="NetworkDefinition"/>: its options, without weights. Immutable.</summary>
/// <remarks>
/// Options have PyTorch's meanings and defaults. Sizes that follow from the input, such as input channels, are not options:
/// they are inferred. The layers of this namespace are all there are; a new one is a record here and a row of the layer table.
/// </remarks>
public abstract record LayerDefinition
{
    private protected LayerDefinition()
    {
    }

    /// <summary>The layer's name in JSON, which is its name in PyTorch, such as <c>Conv2d</c>.</summary>
    public string Type => LayerTable.NameOf(this);

    /// <summary>The shape of one output, without the batch axis.</summary>
    /// <exception cref="NetworkFormatException">The layer cannot take this input.</exception>
    internal abstract long[] OutputShape(LayerInput input);

    /// <summary>The layer with the number of outputs that it leaves open, or as it is where it does not.</summary>
    internal virtual LayerDefinition WithFeatures(int count) => this;

    /// <summary>What the layer keeps in a weights file, in PyTorch's order and under PyTorch's names.</summary>
    internal virtual IEnumerable<StateTensor> State(long[] inputShape) => [];

    /// <summary>The layer as a module that owns the tensors taken from <paramref name="state"/>.</summary>
    internal abstract nn.Module<Tensor, Tensor> Build(LayerState state);

    /// <summary>Writes the layer in evaluation mode as nodes of an ONNX model and returns the name of their result.</summary>
    /// <param name="onnx">Where to; its weights are the layer's.</param>
    /// <param name="input">The name of what arrives.</param>
    /// <param name="inputShape">The shape of one input, without the batch axis.</param>
    internal abstract string WriteOnnx(OnnxWriter onnx, string input, long[] inputShape);

    /// <summary>Writes the options as properties of the layer's JSON object.</summary>
    internal virtual void Write(Utf8JsonWriter json)
    {
    }
}
