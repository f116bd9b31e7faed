using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>
/// Float64 values in TorchSharp's own memory, for what is computed row by row outside of it. Large managed arrays would be collected while
/// native code runs, which TorchSharp's temporary scalars do not always survive.
/// </summary>
internal readonly struct HostDoubles
{
    private readonly Tensor _tensor;

    private HostDoubles(Tensor tensor) => _tensor = tensor;

    /// <summary>The values, row-major; valid while the tensor's dispose scope is.</summary>
    public Span<double> Values => MemoryMarshal.Cast<byte, double>(_tensor.bytes);

    public static HostDoubles Zeros(params long[] shape) => new(zeros(shape, ScalarType.Float64));

    public static HostDoubles Of(Tensor values) => new(values.detach().to(ScalarType.Float64).cpu().contiguous());

    /// <summary>The values in the type and on the device of another tensor.</summary>
    public Tensor Like(Tensor other) => _tensor.to(other.dtype).to(other.device);

    public HostDoubles MoveToOuterDisposeScope()
    {
        _tensor.MoveToOuterDisposeScope();
        return this;
    }
}
