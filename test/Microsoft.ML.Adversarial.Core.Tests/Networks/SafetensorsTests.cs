using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks;

[TestClass]
public sealed class SafetensorsTests
{
    public static IEnumerable<object[]> Types => SafetensorsType.All.Select(type => new object[] { type.Type });

    [TestMethod]
    [DynamicData(nameof(Types))]
    public void EveryTypeAndRankSurvivesBitForBit(ScalarType type)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor values = (torch.rand(3, 4, generator: new Generator(1)) * 100 - (type == ScalarType.Byte ? 0 : 50)).to(type);
        Dictionary<string, Tensor> written = new()
        {
            ["matrix"] = values, ["transposed"] = values.t(), ["scalar"] = values[1, 2], ["empty"] = torch.empty([0, 5], type),
            ["every second"] = values.slice(1, 0, 4, 2),
        };

        Dictionary<string, Tensor> read = Safetensors.Read(Written(written));

        CollectionAssert.AreEqual(written.Keys, read.Keys);
        foreach ((string name, Tensor tensor) in written)
        {
            Assert.AreEqual(type, read[name].dtype);
            CollectionAssert.AreEqual(tensor.shape, read[name].shape);
            if (tensor.numel() > 0)
            {
                CollectionAssert.AreEqual(tensor.contiguous().bytes.ToArray(), read[name].bytes.ToArray(), name);
            }
        }
    }

    [TestMethod]
    public void SpecialValuesKeepTheirBits()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        float[] values = [float.NaN, float.NegativeInfinity, -0f, float.Epsilon, BitConverter.Int32BitsToSingle(0x7fc01234)];
        using Tensor read = Safetensors.Read(Written(new() { ["x"] = torch.tensor(values) }))["x"];
        CollectionAssert.AreEqual(
            values.Select(BitConverter.SingleToInt32Bits).ToArray(),
            read.data<float>().ToArray().Select(BitConverter.SingleToInt32Bits).ToArray());
    }

    [TestMethod]
    public void TheLayoutIsThatOfTheFormat()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        MemoryStream stream = new();
        Safetensors.Write(
            stream,
            [new("b", torch.tensor([1f, 2f])), new("a\"é", torch.tensor((byte)7))],
            new Dictionary<string, string> { ["format"] = "pt" });

        byte[] bytes = stream.ToArray();
        int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        using JsonDocument header = JsonDocument.Parse(bytes.AsMemory(8, length));
        Assert.AreEqual(0, length % 8);
        Assert.AreEqual("pt", header.RootElement.GetProperty("__metadata__").GetProperty("format").GetString());
        Assert.AreEqual(
            """{"dtype":"F32","shape":[2],"data_offsets":[0,8]}""", header.RootElement.GetProperty("b").GetRawText());
        Assert.AreEqual(
            """{"dtype":"U8","shape":[],"data_offsets":[8,9]}""", header.RootElement.GetProperty("a\"é").GetRawText());
        CollectionAssert.AreEqual(new byte[] { 0, 0, 128, 63, 0, 0, 0, 64, 7 }, bytes[(8 + length)..]);
    }

    [TestMethod]
    public void NamesThatCannotBeWrittenAreRefused()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor x = torch.zeros(1);
        Assert.Throws<ArgumentException>(() => Safetensors.Write(new MemoryStream(), [new("x", x), new("x", x)], null));
        Assert.Throws<ArgumentException>(() => Safetensors.Write(new MemoryStream(), [new("__metadata__", x)], null));
        Tensor complex = x.to(ScalarType.ComplexFloat32);
        var e = Assert.Throws<ArgumentException>(() => Safetensors.Write(new MemoryStream(), [new("z", complex)], null));
        Assert.Contains("'z'", e.Message);
    }

    [TestMethod]
    public void TensorsOutliveTheScopeTheyWereReadIn()
    {
        Dictionary<string, Tensor> read;
        using (torch.NewDisposeScope())
        {
            read = Golden.Tensors("mlp_fisher");
        }

        Assert.IsFalse(read["logits_f32"].IsInvalid);
        Assert.AreEqual(-8.664846f, read["logits_f32"][0, 0].item<float>(), 1e-6f);
        foreach (Tensor tensor in read.Values)
        {
            tensor.Dispose();
        }
    }

    [TestMethod]
    public void StreamsThatCannotSeekAreRead()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using Stream forwardOnly = new System.IO.Compression.GZipStream(
            Compressed(Written(new() { ["x"] = torch.arange(5) })), System.IO.Compression.CompressionMode.Decompress);
        using Tensor read = Safetensors.Read(forwardOnly)["x"];
        CollectionAssert.AreEqual(new long[] { 0, 1, 2, 3, 4 }, read.data<long>().ToArray());
    }

    [TestMethod]
    [DataRow("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "8 bytes")]
    [DataRow("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 7, "truncated")]
    [DataRow("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9, "not one file")]
    [DataRow("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "begin at 0")]
    [DataRow("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"y":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "'y'")]
    [DataRow("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"y":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""",
        8, "begin at 8")]
    [DataRow("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""",
        8, "repeated")]
    [DataRow("""{"x":{"dtype":"F8","shape":[1],"data_offsets":[0,1]}}""", 1, "F64, F32")]
    [DataRow("""{"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "shape")]
    [DataRow("""{"x":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, "shape")]
    [DataRow("""{"x":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0, "'x'")]
    [DataRow("""{"x":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0]}}""", 0, "18446744073709551616")]
    [DataRow("""{"x":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}}""", 4, "shape")]
    [DataRow("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "[begin, end]")]
    [DataRow("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", 4, "[begin, end]")]
    [DataRow("""{"x":{"dtype":"F32","shape":[250000000000],"data_offsets":[0,1000000000000]}}""", 4, "1000000000000")]
    [DataRow("""{"x":{"dtype":"F32","data_offsets":[0,4]}}""", 4, "shape and data_offsets")]
    [DataRow("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"code":1}}""", 4, "shape and data_offsets")]
    [DataRow("""{"x":[]}""", 0, "'x'")]
    [DataRow("""{"__metadata__":{"format":1}}""", 0, "__metadata__")]
    [DataRow("""{"\uD800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "valid JSON")]
    [DataRow("[]", 0, "Array")]
    [DataRow("{", 0, "valid JSON")]
    [DataRow("", 0, "valid JSON")]
    public void WhatIsNotValidIsRefusedWithAReason(string header, int dataLength, string reason)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] file = [.. BitConverter.GetBytes((ulong)json.Length), .. json, .. new byte[dataLength]];

        var e = Assert.ThrowsExactly<InvalidDataException>(() => Safetensors.Read(new MemoryStream(file)));

        Assert.Contains(reason, e.Message);
    }

    [TestMethod]
    [DataRow(new byte[] { })]
    [DataRow(new byte[] { 1, 2, 3 })]
    [DataRow(new byte[] { 255, 255, 255, 255, 255, 255, 255, 255, 1 })]
    [DataRow(new byte[] { 0, 0, 0, 0, 0, 0, 0, 128, 1 })]
    [DataRow(new byte[] { 9, 0, 0, 0, 0, 0, 0, 0, 123 })]
    public void HeadersLongerThanTheFileAreRefused(byte[] file) =>
        Assert.Contains("truncated", Assert.ThrowsExactly<InvalidDataException>(() => Safetensors.Read(new MemoryStream(file))).Message);

    [TestMethod]
    public void AHeaderBeyondTheLimitIsRefusedUnread()
    {
        using FileStream sparse = new(
            Path.GetTempFileName(), FileMode.Open, FileAccess.ReadWrite, FileShare.None, 4096, FileOptions.DeleteOnClose);
        sparse.Write(BitConverter.GetBytes(200_000_000UL));
        sparse.SetLength(300_000_000);
        sparse.Position = 0;
        Assert.Contains("100000000", Assert.ThrowsExactly<InvalidDataException>(() => Safetensors.Read(sparse)).Message);
    }

    [TestMethod]
    public void MutatedFilesAreReadOrRefused()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        byte[] valid = Written(new() { ["0.weight"] = torch.zeros(3, 2), ["0.bias"] = torch.arange(4) }).ToArray();
        Random random = new(7);
        int refused = 0;
        for (int round = 0; round < 300; round++)
        {
            byte[] mutated = Mutated(valid, random);
            try
            {
                Safetensors.Read(new MemoryStream(mutated)).Values.ToList().ForEach(tensor => tensor.Dispose());
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        Assert.IsGreaterThan(100, refused);
    }

    private static byte[] Mutated(byte[] valid, Random random)
    {
        List<byte> bytes = [.. valid];
        for (int change = random.Next(1, 4); change > 0; change--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes[at] = (byte)"0123456789[]{}\",:"[random.Next(17)]; break;
                case 2: bytes.RemoveRange(at, Math.Min(random.Next(1, 9), bytes.Count - at)); break;
                default: bytes.InsertRange(at, bytes.GetRange(0, random.Next(1, 9))); break;
            }
        }

        return [.. bytes];
    }

    private static MemoryStream Written(Dictionary<string, Tensor> tensors)
    {
        MemoryStream stream = new();
        Safetensors.Write(stream, tensors, null);
        stream.Position = 0;
        return stream;
    }

    private static MemoryStream Compressed(MemoryStream content)
    {
        MemoryStream compressed = new();
        using (System.IO.Compression.GZipStream zip = new(compressed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            content.CopyTo(zip);
        }

        compressed.Position = 0;
        return compressed;
    }
}
