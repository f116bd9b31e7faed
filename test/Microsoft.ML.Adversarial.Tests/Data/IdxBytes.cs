using System.Buffers.Binary;
using System.IO.Compression;

namespace Microsoft.ML.Adversarial.Data;

/// <summary>Small IDX files, whole or damaged.</summary>
internal static class IdxBytes
{
    public static byte[] Create(int[] dimensions, byte[] elements, byte type = 0x08)
    {
        var file = new List<byte> { 0, 0, type, (byte)dimensions.Length };
        foreach (int size in dimensions)
        {
            var bytes = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(bytes, size);
            file.AddRange(bytes);
        }
        file.AddRange(elements);
        return [.. file];
    }

    public static byte[] Images(int count, params int[] dimensions)
    {
        int length = count * dimensions.Aggregate(1, (product, size) => product * size);
        return Create([count, .. dimensions], [.. Enumerable.Range(0, length).Select(i => (byte)(i % 256))]);
    }

    public static byte[] Labels(params byte[] labels) => Create([labels.Length], labels);

    public static byte[] Gzip(byte[] content)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal))
            gzip.Write(content);
        return compressed.ToArray();
    }

    public static byte[] Gunzip(byte[] content)
    {
        using var gzip = new GZipStream(new MemoryStream(content), CompressionMode.Decompress);
        var plain = new MemoryStream();
        gzip.CopyTo(plain);
        return plain.ToArray();
    }
}
