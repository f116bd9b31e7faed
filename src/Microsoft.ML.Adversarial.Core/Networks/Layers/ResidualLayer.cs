using System.Text.Json;
using Microsoft.ML.Adversarial.Networks.Onnx;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Layers;

/// <summary>body(x) + shortcut(x): a residual block (He et al. 2016, arXiv:1512.03385). Both branches must give one shape.</summary>
public sealed record ResidualLayer : LayerDefinition
{
    /// <summary>Sets the branches.</summary>
    /// <param name="body">The layers of the one branch; at least one.</param>
    /// <param name="shortcut">The layers of the other; null or empty for x itself.</param>
    /// <exception cref="ArgumentException"><paramref name="body"/> is empty, or a layer is null.</exception>
    public ResidualLayer(IReadOnlyList<LayerDefinition> body, IReadOnlyList<LayerDefinition>? shortcut = null)
    {
        ArgumentNullException.ThrowIfNull(body);
        Body = body.Count > 0
            ? NetworkDefinition.Checked(body, nameof(body))
            : throw new DefinitionOptionException(nameof(body), "at least one layer", "none");
        Shortcut = NetworkDefinition.Checked(shortcut ?? [], nameof(shortcut));
    }

    /// <summary>The layers of the one branch.</summary>
    public IReadOnlyList<LayerDefinition> Body { get; }

    /// <summary>The layers of the other; empty for the identity.</summary>
    public IReadOnlyList<LayerDefinition> Shortcut { get; }

    internal static ResidualLayer Read(DefinitionObject json) => new(
        json.Layers("body") ?? throw json.Missing("body", "a list of layers"), json.Layers("shortcut"));

    internal override long[] OutputShape(LayerInput input)
    {
        var body = LayerChain.OutputShape(Body, input.Path + ".body", input.Shape);
        var shortcut = LayerChain.OutputShape(Shortcut, input.Path + ".shortcut", input.Shape);
        return body.SequenceEqual(shortcut)
            ? body
            : throw new NetworkFormatException(
                input.Place,
                $"a shortcut that gives {TensorShape.Text(body)} as the body does",
                TensorShape.Text(shortcut),
                "Where the body changes channels or size, use a Conv2d with kernel 1 and the body's stride as shortcut.");
    }

    internal override IEnumerable<StateTensor> State(long[] inputShape) =>
        Within("body", LayerChain.State(Body, inputShape)).Concat(Within("shortcut", LayerChain.State(Shortcut, inputShape)));

    internal override string WriteOnnx(OnnxWriter onnx, string input, long[] inputShape)
    {
        var body = LayerChain.WriteOnnx(Body, onnx.Within("body"), input, inputShape);
        var shortcut = LayerChain.WriteOnnx(Shortcut, onnx.Within("shortcut"), input, inputShape);
        return onnx.Node("Add", [body, shortcut]);
    }

    internal override nn.Module<Tensor, Tensor> Build(LayerState state) => new ResidualModule(
        new LayerSequence(LayerChain.Build(Body, state.Within("body"))),
        Shortcut.Count == 0 ? null : new LayerSequence(LayerChain.Build(Shortcut, state.Within("shortcut"))));

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteLayers("body", Body);
        if (Shortcut.Count > 0)
        {
            json.WriteLayers("shortcut", Shortcut);
        }
    }

    private static IEnumerable<StateTensor> Within(string branch, IEnumerable<StateTensor> state) =>
        state.Select(tensor => tensor with { Name = $"{branch}.{tensor.Name}" });
}
