using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.PyTorch;

/// <summary>A state dictionary as torch.save writes it (pickle protocol 2 in an uncompressed zip file), made by hand.</summary>
internal sealed class PickleFile
{
    private readonly List<byte> _pickle = [0x80, 2];
    private readonly List<(string Name, byte[] Bytes)> _storages = [];

    public CompressionLevel Compression { get; init; } = CompressionLevel.NoCompression;

    public static PickleFile Of(params IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        PickleFile file = new();
        file.Raw("}").Raw("(");
        foreach ((string name, Tensor tensor) in tensors)
        {
            string storage = file.Storage(tensor);
            file.Text(name).View(storage, tensor.dtype, tensor.numel(), 0, tensor.shape, Strides(tensor.shape));
        }

        return file.Raw("u").Raw(".");
    }

    public PickleFile Raw(string text)
    {
        _pickle.AddRange(Encoding.Latin1.GetBytes(text));
        return this;
    }

    public PickleFile Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        _pickle.Add((byte)'X');
        _pickle.AddRange(BitConverter.GetBytes(bytes.Length));
        _pickle.AddRange(bytes);
        return this;
    }

    public PickleFile Number(long value)
    {
        _pickle.AddRange([0x8a, 8]);
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        _pickle.AddRange(bytes);
        return this;
    }

    public PickleFile Global(string module, string name) => Raw($"c{module}\n{name}\n");

    /// <summary>Adds a file of bytes and returns its key.</summary>
    public string Storage(Tensor tensor)
    {
        using Tensor dense = tensor.contiguous();
        using Tensor flat = dense.view(-1);
        _storages.Add(($"{_storages.Count}", flat.bytes.ToArray()));
        return _storages[^1].Name;
    }

    /// <summary>torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks).</summary>
    public PickleFile View(string storage, ScalarType type, long count, long offset, long[] shape, long[] strides)
    {
        Global("torch._utils", "_rebuild_tensor_v2").Raw("(").Raw("(").Text("storage").Global("torch", PyTorchType.All.Single(one => one.Type == type).Name[6..])
            .Text(storage).Text("cpu").Number(count).Raw("t").Raw("Q").Number(offset);
        Tuple(shape).Tuple(strides);
        return Raw("\u0089").Global("collections", "OrderedDict").Raw(")").Raw("R").Raw("t").Raw("R");
    }

    public PickleFile Tuple(long[] values)
    {
        Raw("(");
        foreach (long value in values)
        {
            Number(value);
        }

        return Raw("t");
    }

    public byte[] Bytes()
    {
        using MemoryStream stream = new();
        using (ZipArchive zip = new(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            Write(zip, "model/data.pkl", [.. _pickle]);
            Write(zip, "model/byteorder", "little"u8.ToArray());
            foreach ((string name, byte[] bytes) in _storages)
            {
                Write(zip, $"model/data/{name}", bytes);
            }
        }

        return stream.ToArray();
    }

    public MemoryStream Stream() => new(Bytes());

    private static long[] Strides(long[] shape)
    {
        long[] strides = new long[shape.Length];
        for ((int axis, long stride) = (shape.Length - 1, 1); axis >= 0; stride *= shape[axis--])
        {
            strides[axis] = stride;
        }

        return strides;
    }

    private void Write(ZipArchive zip, string name, byte[] bytes)
    {
        using Stream entry = zip.CreateEntry(name, Compression).Open();
        entry.Write(bytes);
    }
}
