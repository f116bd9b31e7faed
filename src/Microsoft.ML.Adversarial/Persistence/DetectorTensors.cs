using System.Security.Cryptography;
using Microsoft.ML.Adversarial.Networks;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Persistence;

/// <summary>What a detector learnt, beside the state of its transformer, as safetensors.</summary>
internal static class DetectorTensors
{
    private const string Entry = "Detector.safetensors";

    /// <summary>Writes the tensors and returns the checksum that tells a damaged entry from a whole one.</summary>
    public static string Save(ModelSaveContext context, IReadOnlyDictionary<string, Tensor> tensors)
    {
        using var bytes = new MemoryStream();
        Safetensors.Write(bytes, tensors.OrderBy(pair => pair.Key, StringComparer.Ordinal), null);
        context.SaveBinaryStream(Entry, writer => writer.Write(bytes.GetBuffer(), 0, (int)bytes.Length));
        return ChecksumOf(bytes);
    }

    /// <summary>Reads the tensors, which the caller disposes.</summary>
    public static Dictionary<string, Tensor> Load(ModelLoadContext context, string checksum)
    {
        using var bytes = new MemoryStream();
        if (!context.TryLoadBinaryStream(Entry, reader => reader.BaseStream.CopyTo(bytes)))
        {
            throw new InvalidDataException($"The detector lacks its {Entry}: the model file is damaged. Save it anew.");
        }

        if (ChecksumOf(bytes) != checksum)
        {
            throw new InvalidDataException($"The detector's {Entry} does not match its checksum: the model file is damaged. Save it anew.");
        }

        bytes.Position = 0;
        return Safetensors.Read(bytes);
    }

    private static string ChecksumOf(MemoryStream bytes) =>
        Convert.ToHexStringLower(SHA256.HashData(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)));
}
