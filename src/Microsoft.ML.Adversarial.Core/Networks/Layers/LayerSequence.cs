using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Layers;

/// <summary>Modules one after another, named "0", "1", … as in PyTorch's Sequential.</summary>
internal class LayerSequence : nn.Module<Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor>[] _layers;

    public LayerSequence(nn.Module<Tensor, Tensor>[] layers)
        : base(nameof(LayerSequence))
    {
        _layers = layers;
        for (var index = 0; index < layers.Length; index++)
        {
            register_module($"{index}", layers[index]);
        }
    }

    /// <summary>The modules, first to last.</summary>
    public IReadOnlyList<nn.Module<Tensor, Tensor>> Layers => _layers;

    public override Tensor forward(Tensor x) => RunFrom(0, x);

    /// <summary>What the layers from this one on make of what it gets.</summary>
    protected Tensor RunFrom(int first, Tensor x)
    {
        var output = x;
        foreach (var layer in _layers.AsSpan(first))
        {
            var input = output;
            output = layer.call(input);

            // Autograd keeps what it needs; without this, activations live until the caller's scope ends.
            if (!ReferenceEquals(input, x) && !ReferenceEquals(input, output))
            {
                input.Dispose();
            }
        }

        return ReferenceEquals(output, x) ? x.alias() : output;
    }
}
