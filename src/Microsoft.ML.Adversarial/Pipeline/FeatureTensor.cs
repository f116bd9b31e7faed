using System.Runtime.InteropServices;
using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Pipeline;

/// <summary>Rows of floats as a tensor, and back.</summary>
internal static class FeatureTensor
{
    /// <summary>
    /// The first rows of a buffer as a tensor [count, …input shape] of the classifier's type and device. On the CPU it is a view of the buffer,
    /// good until the next row is read.
    /// </summary>
    public static Tensor Of(FeatureBuffer rows, int count, IClassifier classifier) =>
        Of(rows, count, classifier.InputShape).to(classifier.ElementType, classifier.Device);

    /// <summary>The first rows of a buffer as a tensor [count, …shape] on the CPU, good until the next row is read.</summary>
    public static Tensor Of(FeatureBuffer rows, int count, IReadOnlyList<long> shape) =>
        frombuffer(rows.Values, ScalarType.Float32, (long)count * rows.Length).reshape([count, .. shape]);

    /// <summary>Copies a tensor of any shape, type and device into floats.</summary>
    public static void CopyTo(Tensor tensor, Span<float> destination) =>
        MemoryMarshal.Cast<byte, float>(tensor.to(ScalarType.Float32).cpu().contiguous().bytes).CopyTo(destination);
}
