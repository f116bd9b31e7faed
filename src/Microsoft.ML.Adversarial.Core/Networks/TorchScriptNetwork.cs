using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks;

/// <summary>
/// A network read from a TorchScript file, as <c>torch.jit.trace</c> or <c>torch.jit.script</c> save it. TorchScript is code that runs:
/// load
/// only files that you trust.
/// </summary>
/// <remarks>Attacks take its gradients; Fisher information goes row by row, since a script's layers cannot be looked into.</remarks>
public sealed class TorchScriptNetwork : IStoredNetwork
{
    private readonly byte[] _bytes;
    private readonly Classifiers.TorchScriptModule _module;

    private TorchScriptNetwork(byte[] bytes, IReadOnlyList<long> inputShape, string source)
    {
        ArgumentNullException.ThrowIfNull(inputShape);
        if (inputShape.Count == 0 || inputShape.Any(size => size < 1)
            || TensorShape.ElementCount(inputShape) > Layers.LayerChain.MaximumElementCount)
        {
            throw new ArgumentException(
                $"Expected the shape of one input, such as [1, 28, 28], got {TensorShape.Text(inputShape)}.", nameof(inputShape));
        }

        using var mode = inference_mode(false);
        _bytes = bytes;
        InputShape = Array.AsReadOnly(inputShape.ToArray());
        try
        {
            Script = jit.load<Tensor, Tensor>(bytes);
        }
        catch (System.Runtime.InteropServices.ExternalException e)
        {
            throw new InvalidDataException(
                $"{source}: expected TorchScript, got an error: {e.Message.Split('\n')[0]} A state dictionary is read by PyTorchWeights.", e);
        }

        Script.eval();
        _module = new(Script);
        ClassCount = CountClasses(source);
    }

    /// <summary>The script. In eval mode; owned by the network.</summary>
    public jit.ScriptModule<Tensor, Tensor> Script { get; }

    /// <summary>The shape of one input, without the batch axis.</summary>
    public IReadOnlyList<long> InputShape { get; }

    /// <summary>The number of classes, which is the number of logits.</summary>
    public int ClassCount { get; }

    nn.Module<Tensor, Tensor> IStoredNetwork.Module => _module;

    /// <summary>The file as it was read.</summary>
    internal byte[] Bytes => _bytes;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file, at most 2 GiB.</param>
    /// <param name="inputShape">The shape of one input, without the batch axis.</param>
    /// <returns>The network, in eval mode on the CPU, which the caller disposes.</returns>
    /// <exception cref="InvalidDataException">The file is no TorchScript, or its output is no logits [N, classes].</exception>
    public static TorchScriptNetwork Load(string path, IReadOnlyList<long> inputShape)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new(File.ReadAllBytes(path), inputShape, path);
    }

    /// <summary>Reads a file that is in memory.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="inputShape">The shape of one input, without the batch axis.</param>
    /// <returns>The network, in eval mode on the CPU, which the caller disposes.</returns>
    /// <exception cref="InvalidDataException">The bytes are no TorchScript, or its output is no logits [N, classes].</exception>
    public static TorchScriptNetwork FromBytes(byte[] bytes, IReadOnlyList<long> inputShape)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        return new([.. bytes], inputShape, "the TorchScript");
    }

    /// <summary>Frees the weights. Whoever still uses <see cref="Script"/> must not.</summary>
    public void Dispose()
    {
        _module.Dispose();
        Script.Dispose();
    }

    private int CountClasses(string source)
    {
        const int Rows = 2;
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var type = Script.parameters().FirstOrDefault()?.dtype ?? ScalarType.Float32;
        try
        {
            var shape = Script.forward(zeros([Rows, .. InputShape], type)).shape;
            return shape is [Rows, >= 2 and <= int.MaxValue and var classes]
                ? (int)classes
                : throw new InvalidDataException(
                    $"{source}: expected logits [{Rows}, classes] for {Rows} rows, got the shape {TensorShape.Text(shape)}. Save a script from inputs to logits.");
        }
        catch (System.Runtime.InteropServices.ExternalException e)
        {
            throw new InvalidDataException(
                $"{source}: expected a script that takes inputs {TensorShape.Text(InputShape)}, got an error: {e.Message.Split('\n')[0]}", e);
        }
    }
}
