using Microsoft.ML.Runtime;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Trainers;

/// <summary>Where to train and score, as <c>MLContext.GpuDeviceId</c> and <c>FallbackToCpu</c> say.</summary>
internal static class TrainingDevice
{
    public static Device Of(IHostEnvironment environment)
    {
        if (environment is not IHostEnvironmentInternal { GpuDeviceId: { } id } settings)
        {
            return CPU;
        }

        if (cuda.is_available() && id < cuda.device_count())
        {
            return device(TorchSharp.DeviceType.CUDA, id);
        }

        return settings.FallbackToCpu
            ? CPU
            : throw new InvalidOperationException(
                $"Expected the GPU {id} that MLContext.GpuDeviceId asks for, got {(cuda.is_available() ? cuda.device_count() : 0)} usable GPUs. Install a CUDA build of TorchSharp, choose another id, or set MLContext.FallbackToCpu.");
    }
}
