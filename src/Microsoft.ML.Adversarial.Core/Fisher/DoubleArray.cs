using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>Small tensors as float64 arrays, for what is computed row by row outside of TorchSharp.</summary>
internal static class DoubleArray
{
    public static double[] Of(Tensor values)
    {
        using var scope = NewDisposeScope();
        return values.detach().to(ScalarType.Float64).cpu().contiguous().data<double>().ToArray();
    }
}
