using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Onnx;

/// <summary>
/// What an operator becomes: a layer of TorchSharp, which Fisher information and detectors look into, or a function of tensors. A function
/// returns a tensor of its own and keeps none.
/// </summary>
/// <param name="Inputs">Which inputs of the node are read when the network runs; the others were read when it was imported.</param>
/// <param name="Layer">The layer, of one input; or null.</param>
/// <param name="Function">The function, of as many tensors as inputs; or null.</param>
internal sealed record OnnxStep(IReadOnlyList<int> Inputs, nn.Module<Tensor, Tensor>? Layer, Func<Tensor[], Tensor>? Function)
{
    /// <summary>The first input itself: the node disappears.</summary>
    public static readonly OnnxStep Same = new([0], null, inputs => inputs[0]);

    public static implicit operator OnnxStep(nn.Module<Tensor, Tensor> layer) => new([0], layer, null);

    public static OnnxStep Of(Func<Tensor, Tensor> function) => new([0], null, inputs => function(inputs[0]));

    public static OnnxStep Of(Func<Tensor, Tensor, Tensor> function) => new([0, 1], null, inputs => function(inputs[0], inputs[1]));

    /// <summary>A function of all inputs that the node has.</summary>
    public static OnnxStep OfAll(OnnxNode node, Func<Tensor[], Tensor> function) =>
        new([.. Enumerable.Range(0, node.InputCount).Where(node.Has)], null, function);

    /// <summary>A value that is known at import.</summary>
    public static OnnxStep Constant(Func<Tensor> value) => new([], null, _ => value());
}
