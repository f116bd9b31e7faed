using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Layers;

/// <summary>
/// Images whose channels lie side by side in memory. Convolutions on the CPU pass the layout on to what follows; pooling takes a fifth of
/// the time in it, and a convolutional network about half.
/// </summary>
internal static class ChannelsLast
{
    /// <summary>The same images, shape [N, C, H, W], in the layout that suits the layer that reads them.</summary>
    /// <returns>A tensor of its own, which the caller disposes; it shares memory with the images where nothing has to move.</returns>
    public static Tensor For(nn.Module layer, Tensor images)
    {
        if (layer is not Conv2d || images.dim() != 4 || images.dtype != ScalarType.Float32 || images.device_type != DeviceType.CPU)
        {
            return images.alias();
        }

        // With one channel nothing has to move, but libtorch goes by the strides.
        using var moved = images.shape[1] == 1 ? images.squeeze(1) : images.permute(0, 2, 3, 1);
        using var last = images.shape[1] == 1 ? moved.unsqueeze(3) : moved.contiguous();
        return last.permute(0, 3, 1, 2);
    }
}
