using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks;

/// <summary>Reads and writes tensors in the safetensors format: a JSON header and raw bytes, with nothing to execute.</summary>
/// <remarks>
/// Types: F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL. The format is described at
/// https://huggingface.co/docs/safetensors. Readers check everything the header says before they allocate.
/// </remarks>
public static class Safetensors
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>
    /// The tensors by name, on the CPU, in the order of their data. The caller owns them; no dispose scope does.
    /// </returns>
    /// <exception cref="InvalidDataException">The file is not valid safetensors; the message says what was found where.</exception>
    public static Dictionary<string, Tensor> Read(string path)
    {
        using var stream = File.OpenRead(path);
        return Read(stream, path);
    }

    /// <summary>Reads a stream from its current position to its end.</summary>
    /// <param name="stream">Stays open. One that cannot seek is first copied to memory, at most 2 GiB.</param>
    /// <returns>
    /// The tensors by name, on the CPU, in the order of their data. The caller owns them; no dispose scope does.
    /// </returns>
    /// <exception cref="InvalidDataException">The data is not valid safetensors; the message says what was found where.</exception>
    public static Dictionary<string, Tensor> Read(Stream stream) => Read(stream, "safetensors");

    /// <summary>Writes a file. On failure an existing file stays as it was.</summary>
    /// <param name="path">The file, replaced if it exists.</param>
    /// <param name="tensors">Names, all different, and tensors of any device and layout; written in this order.</param>
    /// <param name="metadata">Free text to store beside them; null for none.</param>
    /// <exception cref="ArgumentException">A name is repeated or reserved, or a type cannot be stored.</exception>
    public static void Write(
        string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata) =>
        WholeFile.Write(path, stream => Write(stream, tensors, metadata));

    /// <summary>Writes to a stream: the same bytes for the same tensors, names and order.</summary>
    /// <param name="stream">Stays open.</param>
    /// <param name="tensors">Names, all different, and tensors of any device and layout; written in this order.</param>
    /// <param name="metadata">Free text to store beside them; null for none.</param>
    /// <exception cref="ArgumentException">A name is repeated or reserved, or a type cannot be stored.</exception>
    public static void Write(
        Stream stream, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(tensors);
        SafetensorsWriter.Write(stream, [.. tensors], metadata);
    }

    internal static Dictionary<string, Tensor> Read(Stream stream, string source)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (stream.CanSeek)
        {
            return SafetensorsReader.Read(stream, source);
        }

        using MemoryStream copy = new();
        stream.CopyTo(copy);
        copy.Position = 0;
        return SafetensorsReader.Read(copy, source);
    }
}
