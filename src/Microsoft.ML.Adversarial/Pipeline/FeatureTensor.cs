using System.Runtime.InteropServices;
using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Pipeline;

/// <summary>Rows of floats as a tensor, and back.</summary>
internal static class FeatureTensor
{
    /// <summary>A tensor [count, …input shape] of the classifier's type and device, with a copy of the rows.</summary>
    public static Tensor Of(ReadOnlySpan<float> rows, int count, IClassifier classifier)
    {
        var tensor = empty([count, .. classifier.InputShape], dtype: ScalarType.Float32);
        MemoryMarshal.AsBytes(rows).CopyTo(tensor.bytes);
        return tensor.to(classifier.ElementType, classifier.Device);
    }

    /// <summary>Copies a tensor of any shape, type and device into floats.</summary>
    public static void CopyTo(Tensor tensor, Span<float> destination) =>
        MemoryMarshal.Cast<byte, float>(tensor.to(ScalarType.Float32).cpu().contiguous().bytes).CopyTo(destination);
}
