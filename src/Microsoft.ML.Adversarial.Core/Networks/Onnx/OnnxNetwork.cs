using Google.Protobuf;
using Microsoft.ML.Adversarial.Networks.Onnx.Format;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Onnx;

/// <summary>
/// A network read from an ONNX model, translated to TorchSharp, so that it has gradients. Nothing in the model is executed. Weights of
/// Conv,
/// Gemm, MatMul, normalisations and PRelu become trainable parameters, other constants do not.
/// </summary>
/// <remarks>
/// Convolutions, linear layers, normalisations, activations and poolings become TorchSharp's layers, which Fisher information and
/// detectors look
/// into. A softmax at the end is left out: a classifier's output is its logits. An output that ends otherwise is taken as it is. Half
/// precision is computed in Float32. Operators that are not supported are refused by name.
/// </remarks>
public sealed class OnnxNetwork : IStoredNetwork
{
    private readonly byte[] _bytes;

    private OnnxNetwork(ModelProto model, byte[]? bytes, IReadOnlyList<long>? inputShape, string? outputName, string source)
    {
        var import = OnnxImport.Run(model, inputShape, outputName, source);
        Module = import.Module;
        InputShape = Array.AsReadOnly(import.InputShape);
        ClassCount = import.ClassCount;
        IsSoftmaxRemoved = import.IsSoftmaxRemoved;
        OutputName = outputName;
        _bytes = bytes ?? model.ToByteArray();
    }

    /// <summary>The module: [N, …<see cref="InputShape"/>] to logits [N, <see cref="ClassCount"/>]. In eval mode; owned by the
    /// network.</summary>
    public nn.Module<Tensor, Tensor> Module { get; }

    /// <summary>The shape of one input, without the batch axis.</summary>
    public IReadOnlyList<long> InputShape { get; }

    /// <summary>The number of classes, which is the number of logits.</summary>
    public int ClassCount { get; }

    /// <summary>Whether the model ends in a softmax (or its logarithm), which <see cref="Module"/> leaves out.</summary>
    public bool IsSoftmaxRemoved { get; }

    /// <summary>The output that was asked for; null for the only one.</summary>
    internal string? OutputName { get; }

    /// <summary>The model in one piece, as it was read.</summary>
    internal ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Reads a file, and weights that lie in files beside it.</summary>
    /// <param name="path">The model, at most 2 GiB.</param>
    /// <param name="inputShape">The shape of one input, without the batch axis; null where the model says it.</param>
    /// <param name="outputName">The output that holds the logits; null where there is only one.</param>
    /// <returns>The network, in eval mode on the CPU, which the caller disposes.</returns>
    /// <exception cref="InvalidDataException">The file is no ONNX model, or is damaged; says what was found where.</exception>
    /// <exception cref="NotSupportedException">An operator or a setting of one is not supported; names the node.</exception>
    /// <exception cref="ArgumentException">The shape or the output is not the model's, or has to be given.</exception>
    public static OnnxNetwork Load(string path, IReadOnlyList<long>? inputShape = null, string? outputName = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new(OnnxFile.Read(path), null, inputShape, outputName, path);
    }

    /// <summary>Reads a model in one piece.</summary>
    /// <param name="stream">The model from the current position to the end. Stays open.</param>
    /// <param name="inputShape">The shape of one input, without the batch axis; null where the model says it.</param>
    /// <param name="outputName">The output that holds the logits; null where there is only one.</param>
    /// <returns>The network, in eval mode on the CPU, which the caller disposes.</returns>
    /// <exception cref="InvalidDataException">The data is no ONNX model, or is damaged; says what was found where.</exception>
    /// <exception cref="NotSupportedException">An operator or a setting of one is not supported; names the node.</exception>
    /// <exception cref="ArgumentException">The shape or the output is not the model's, or has to be given.</exception>
    public static OnnxNetwork Read(Stream stream, IReadOnlyList<long>? inputShape = null, string? outputName = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return new(OnnxFile.Read(stream, "the ONNX model"), null, inputShape, outputName, "the ONNX model");
    }

    /// <summary>Reads a model in one piece.</summary>
    /// <param name="bytes">The model.</param>
    /// <param name="inputShape">The shape of one input, without the batch axis; null where the model says it.</param>
    /// <param name="outputName">The output that holds the logits; null where there is only one.</param>
    /// <returns>The network, in eval mode on the CPU, which the caller disposes.</returns>
    /// <exception cref="InvalidDataException">The data is no ONNX model, or is damaged; says what was found where.</exception>
    /// <exception cref="NotSupportedException">An operator or a setting of one is not supported; names the node.</exception>
    /// <exception cref="ArgumentException">The shape or the output is not the model's, or has to be given.</exception>
    public static OnnxNetwork FromBytes(byte[] bytes, IReadOnlyList<long>? inputShape = null, string? outputName = null)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        return new(OnnxFile.Read(bytes, "the ONNX model"), [.. bytes], inputShape, outputName, "the ONNX model");
    }

    /// <summary>Frees the weights. Whoever still uses <see cref="Module"/> must not.</summary>
    public void Dispose() => Module.Dispose();
}
