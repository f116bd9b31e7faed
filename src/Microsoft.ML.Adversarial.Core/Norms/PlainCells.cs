using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Norms;

/// <summary>The numbers of a tensor where they lie in memory one after the other, as a loop of our own can walk them.</summary>
internal static class PlainCells
{
    /// <summary>Whether all tensors are of type Float32, on the CPU and contiguous.</summary>
    public static bool Have(params ReadOnlySpan<Tensor> tensors)
    {
        foreach (var tensor in tensors)
        {
            if (tensor.dtype != ScalarType.Float32 || tensor.device_type != TorchSharp.DeviceType.CPU || !tensor.is_contiguous())
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The numbers of such a tensor.</summary>
    public static Span<float> Of(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);
}
