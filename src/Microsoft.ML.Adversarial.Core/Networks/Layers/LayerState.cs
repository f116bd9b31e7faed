using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Layers;

/// <summary>The tensors of one layer, by their names within it, and the generator its random choices are drawn from.</summary>
internal sealed class LayerState(IReadOnlyDictionary<string, Tensor> tensors, Generator dropout, string prefix = "")
{
    public Generator Dropout => dropout;

    public Tensor this[string name] => tensors[prefix + name];

    public LayerState Within(string child) => new(tensors, dropout, prefix + child + ".");

    /// <summary>A trainable parameter that takes over the tensor.</summary>
    public Parameter Parameter(string name) => new(this[name]);
}
