using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks;

/// <summary>Writes safetensors: length of the header, header padded with spaces to 8 bytes, data in the order given.</summary>
internal static class SafetensorsWriter
{
    private const int Alignment = 8;

    public static void Write(
        Stream stream, IReadOnlyList<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var header = Header(tensors, metadata);
        var padding = -header.WrittenCount & (Alignment - 1);
        header.GetSpan(padding)[..padding].Fill((byte)' ');
        header.Advance(padding);

        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.WrittenCount);
        stream.Write(length);
        stream.Write(header.WrittenSpan);
        foreach ((_, var tensor) in tensors)
        {
            using var scope = torch.NewDisposeScope();
            SafetensorsBytes.ForEachPiece(tensor.detach().cpu().contiguous(), bytes => stream.Write(bytes));
        }
    }

    private static ArrayBufferWriter<byte> Header(
        IReadOnlyList<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        ArrayBufferWriter<byte> header = new();
        using Utf8JsonWriter json = new(header);
        json.WriteStartObject();
        if (metadata is not null)
        {
            json.WriteStartObject(SafetensorsHeader.Metadata);
            foreach ((var key, var value) in metadata)
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
        }

        long offset = 0;
        HashSet<string> names = [SafetensorsHeader.Metadata];
        foreach ((var name, var tensor) in tensors)
        {
            if (!names.Add(name))
            {
                throw new ArgumentException(
                    $"Expected names that are all different and not {SafetensorsHeader.Metadata}, got '{name}'.", nameof(tensors));
            }

            SafetensorsType type = SafetensorsType.All.FirstOrDefault(type => type.Type == tensor.dtype) ?? throw new ArgumentException(
                $"Expected '{name}' to be of a type among {SafetensorsType.Names}, got {tensor.dtype}. Convert it first.", nameof(tensors));
            var end = checked(offset + (tensor.numel() * type.Size));
            json.WriteStartObject(name);
            json.WriteString("dtype", type.Name);
            json.WritePropertyName("shape");
            json.WriteNumbers(tensor.shape);
            json.WritePropertyName("data_offsets");
            json.WriteNumbers(new long[] { offset, end });
            json.WriteEndObject();
            offset = end;
        }

        json.WriteEndObject();
        json.Flush();
        return header;
    }
}
