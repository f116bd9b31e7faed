using System.Buffers.Binary;
using System.IO.Compression;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.TestData;

/// <summary>MNIST test images in file order, as the golden values were made from them.</summary>
internal static class Mnist
{
    private const int ImagesMagic = 0x803;
    private const int LabelsMagic = 0x801;

    /// <summary>The first images, [count, 1, 28, 28], float32(byte) / float32(255).</summary>
    public static Tensor Images(int count)
    {
        using Stream stream = Open("t10k-images-idx3-ubyte.gz", ImagesMagic);
        Assert.AreEqual((28, 28), (ReadInt32(stream), ReadInt32(stream)));
        byte[] pixels = new byte[count * 28 * 28];
        stream.ReadExactly(pixels);
        using Tensor bytes = torch.tensor(pixels);
        using Tensor values = bytes.to(ScalarType.Float32);
        using Tensor largest = torch.tensor(255f);
        using Tensor scaled = values / largest;
        return scaled.reshape(count, 1, 28, 28);
    }

    /// <summary>The first labels, [count], int64.</summary>
    public static Tensor Labels(int count)
    {
        using Stream stream = Open("t10k-labels-idx1-ubyte.gz", LabelsMagic);
        byte[] labels = new byte[count];
        stream.ReadExactly(labels);
        using Tensor bytes = torch.tensor(labels);
        return bytes.to(ScalarType.Int64);
    }

    private static BufferedStream Open(string file, int magic)
    {
        FileStream compressed = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "mnist", file));
        BufferedStream stream = new(new GZipStream(compressed, CompressionMode.Decompress));
        Assert.AreEqual(magic, ReadInt32(stream));
        Assert.AreEqual(10_000, ReadInt32(stream));
        return stream;
    }

    private static int ReadInt32(Stream stream)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        stream.ReadExactly(bytes);
        return BinaryPrimitives.ReadInt32BigEndian(bytes);
    }
}
