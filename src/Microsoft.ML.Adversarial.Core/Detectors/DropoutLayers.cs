using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>
/// Forward hooks by which dropout can be sampled while the network stays in evaluation mode: no mode is changed, no global random number
/// is drawn, and other threads notice nothing. All rows of a batch get the same mask, so that a row's score depends on that row alone.
/// </summary>
internal sealed class DropoutLayers : IDisposable
{
    private readonly ForwardHooks<Generator> _hooks = new();

    public DropoutLayers(nn.Module module)
    {
        foreach (var layer in module.modules().Append(module).OfType<nn.Module<Tensor, Tensor>>().Distinct())
        {
            var (probability, wholeChannels) = Of(layer);
            if (probability is > 0 and < 1)
            {
                _hooks.Add(layer, (generator, _, output) => Drop(output, probability, wholeChannels, generator));
            }
        }
    }

    /// <summary>Whether the network has dropout.</summary>
    public bool Any => _hooks.Count > 0;

    /// <summary>Runs a forward pass of one thinned network.</summary>
    /// <param name="forward">From inputs to logits.</param>
    /// <param name="inputs">Shape [N, …].</param>
    /// <param name="generator">Draws the masks, on the CPU.</param>
    public Tensor Sample(Func<Tensor, Tensor> forward, Tensor inputs, Generator generator) => _hooks.Run(generator, forward, inputs);

    public void Dispose() => _hooks.Dispose();

    private static (double Probability, bool WholeChannels) Of(nn.Module layer) => layer switch
    {
        DropoutModule dropout => (dropout.Probability, false),
        Dropout dropout => (dropout.p, false),
        Dropout1d dropout => (dropout.p, true),
        Dropout2d dropout => (dropout.p, true),
        Dropout3d dropout => (dropout.p, true),
        _ => (0, false),
    };

    private static Tensor Drop(Tensor output, double probability, bool wholeChannels, Generator generator)
    {
        var axes = output.shape;
        long[] shape = [1, .. wholeChannels ? [axes[1], .. Enumerable.Repeat(1L, axes.Length - 2)] : axes[1..]];
        using var mask = empty(shape, output.dtype).bernoulli_(1 - probability, generator).div_(1 - probability);
        using var onDevice = mask.to(output.device);
        return output * onDevice;
    }
}
