using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Layers;

/// <summary>Dropout that draws from the generator it is given; TorchSharp's own draws from the global one.</summary>
internal sealed class DropoutModule(double probability, Generator generator) : nn.Module<Tensor, Tensor>(nameof(DropoutModule))
{
    /// <summary>Of a value to be dropped.</summary>
    public double Probability => probability;

    public override Tensor forward(Tensor x)
    {
        if (!training || probability == 0)
        {
            return x.alias();
        }

        // The generator lives on the CPU, so that a seed gives the same masks on every device.
        using var mask = torch.empty(x.shape, x.dtype).bernoulli_(1 - probability, generator).div_(1 - probability);
        using var onDevice = mask.to(x.device);
        return x * onDevice;
    }
}
