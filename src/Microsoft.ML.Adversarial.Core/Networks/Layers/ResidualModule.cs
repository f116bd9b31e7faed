using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Layers;

/// <summary>body(x) + shortcut(x); without a shortcut, body(x) + x.</summary>
internal sealed class ResidualModule : nn.Module<Tensor, Tensor>
{
    // TorchSharp registers fields that are modules under their own names, which are those of the weights files.
    private readonly LayerSequence body;
    private readonly LayerSequence? shortcut;

    public ResidualModule(LayerSequence body, LayerSequence? shortcut)
        : base(nameof(ResidualModule))
    {
        this.body = body;
        this.shortcut = shortcut;
        register_module(nameof(body), body);
        if (shortcut is not null)
        {
            register_module(nameof(shortcut), shortcut);
        }
    }

    public LayerSequence Body => body;

    /// <summary>Null for the identity.</summary>
    public LayerSequence? Shortcut => shortcut;

    public override Tensor forward(Tensor x)
    {
        using var left = body.call(x);
        if (shortcut is null)
        {
            return left + x;
        }

        using var right = shortcut.call(x);
        return left + right;
    }
}
