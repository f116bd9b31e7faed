using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Adversarial.Networks.Onnx;

/// <summary>OnnxRuntime: what a model means.</summary>
internal static class Runtime
{
    public static Tensor Run(byte[] model, Tensor inputs)
    {
        using SessionOptions options = new() { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        using InferenceSession session = new(model, options);
        string input = session.InputMetadata.Keys.Single();
        int[] shape = [.. inputs.shape.Select(size => (int)size)];
        NamedOnnxValue value = inputs.dtype == ScalarType.Float64
            ? NamedOnnxValue.CreateFromTensor(input, new DenseTensor<double>(inputs.contiguous().data<double>().ToArray(), shape))
            : NamedOnnxValue.CreateFromTensor(input, new DenseTensor<float>(inputs.contiguous().data<float>().ToArray(), shape));
        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> results = session.Run([value]);
        object result = results[0].Value;
        return result is DenseTensor<double> doubles
            ? tensor(doubles.ToArray()).reshape([.. doubles.Dimensions.ToArray().Select(size => (long)size)])
            : tensor(((DenseTensor<float>)result).ToArray()).reshape([.. ((DenseTensor<float>)result).Dimensions.ToArray().Select(size =>
                (long)size)]);
    }
}
