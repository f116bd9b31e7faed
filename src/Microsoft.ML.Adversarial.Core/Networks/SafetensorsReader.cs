using System.Buffers.Binary;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks;

/// <summary>Reads safetensors from a stream that can seek, so that lengths are known before anything is allocated.</summary>
internal static class SafetensorsReader
{
    public static Dictionary<string, Tensor> Read(Stream stream, string source)
    {
        try
        {
            var entries = ReadHeader(stream, source);
            using var scope = torch.NewDisposeScope();
            var tensors = entries.ToDictionary(entry => entry.Name, entry => ReadTensor(stream, entry));
            foreach (var tensor in tensors.Values)
            {
                tensor.DetachFromDisposeScope();
            }

            return tensors;
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException($"{source}: expected more data, got the end of the stream. It is truncated.", e);
        }
    }

    private static IReadOnlyList<SafetensorsEntry> ReadHeader(Stream stream, string source)
    {
        const int LengthBytes = sizeof(ulong);
        var available = stream.Length - stream.Position - LengthBytes;
        if (available < 0)
        {
            throw new InvalidDataException(
                $"{source}: expected at least {LengthBytes} bytes, got {available + LengthBytes}. It is truncated or empty.");
        }

        Span<byte> lengthBytes = stackalloc byte[LengthBytes];
        stream.ReadExactly(lengthBytes);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(lengthBytes);
        var limit = Math.Min(available, SafetensorsHeader.MaximumLength);
        if (length > (ulong)limit)
        {
            throw new InvalidDataException(
                $"{source}: expected a header of at most {limit} bytes, got a length of {length}. It is truncated, or not safetensors.");
        }

        var header = new byte[length];
        stream.ReadExactly(header);
        return SafetensorsHeader.Parse(header, available - header.Length, source);
    }

    private static Tensor ReadTensor(Stream stream, SafetensorsEntry entry)
    {
        var tensor = torch.empty(entry.Shape, entry.Type.Type);
        SafetensorsBytes.ForEachPiece(tensor, stream.ReadExactly);
        return tensor;
    }
}
