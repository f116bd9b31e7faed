using System.IO.Compression;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.PyTorch;

/// <summary>
/// The zip file: a pickle, and a file of bytes per storage. PyTorch compresses nothing, so that no entry can be larger than the file; one
/// that is
/// compressed is refused, whatever size it claims.
/// </summary>
internal sealed class PyTorchArchive : IDisposable
{
    /// <summary>64 MiB: millions of names, since the values lie elsewhere.</summary>
    private const long MaximumPickleLength = 64 * 1024 * 1024;

    private const string PickleName = "/data.pkl";

    // libtorch handles at most this many axes.
    private const int MaximumAxes = 64;

    private readonly ZipArchive _zip;
    private readonly string _root;
    private readonly string _source;

    private PyTorchArchive(ZipArchive zip, string source)
    {
        (_zip, _source) = (zip, source);
        ZipArchiveEntry[] pickles = [.. zip.Entries.Where(entry => entry.FullName.EndsWith(PickleName, StringComparison.Ordinal))];
        if (pickles is not [var pickle])
        {
            throw new InvalidDataException($"{source}: expected one file data.pkl in the archive, got {pickles.Length}. It is no file of torch.save.");
        }

        _root = pickle.FullName[..^PickleName.Length];
        if (Entry("constants.pkl") is not null)
        {
            throw new InvalidDataException($"{source}: expected a state dictionary, got TorchScript. Load it as a TorchScriptNetwork.");
        }

        if (Entry("byteorder") is { } order && !"little"u8.SequenceEqual(Bytes(order, "little".Length)))
        {
            throw new InvalidDataException($"{source}: expected little-endian values, got others. Save the file on a little-endian machine.");
        }

        Pickle = pickle.Length <= MaximumPickleLength
            ? Bytes(pickle, pickle.Length)
            : throw new InvalidDataException($"{source}: expected a data.pkl of at most {MaximumPickleLength} bytes, got {pickle.Length}.");
    }

    public byte[] Pickle { get; }

    public static PyTorchArchive Open(Stream stream, string source)
    {
        ZipArchive? zip = null;
        try
        {
            zip = new(stream, ZipArchiveMode.Read, leaveOpen: true);
            return new(zip, source);
        }
        catch (InvalidDataException) when (zip is not null)
        {
            zip.Dispose();
            throw;
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException(
                $"{source}: expected a zip file of torch.save, got none: {e.Message} It is truncated, or was saved by PyTorch before 1.6: save it anew.", e);
        }
    }

    /// <summary>The tensor as a view of its storage, which is read once.</summary>
    public Tensor Read(PickledTensor tensor, Dictionary<string, Tensor> storages, string name)
    {
        var where = $"{_source}: tensor '{name}'";
        Check(tensor, where);
        if (!storages.TryGetValue(tensor.Storage.Key, out var storage))
        {
            storages[tensor.Storage.Key] = storage = Storage(tensor.Storage, where);
        }

        if (storage.dtype != tensor.Storage.Type.Type || storage.numel() != tensor.Storage.Count)
        {
            throw new InvalidDataException($"{where}: expected one type and length of storage '{tensor.Storage.Key}', got two.");
        }

        return storage.as_strided(tensor.Shape, tensor.Strides, tensor.Offset);
    }

    public void Dispose() => _zip.Dispose();

    private static void Check(PickledTensor tensor, string where)
    {
        (var storage, var offset, var shape, var strides) = tensor;
        if (shape.Length != strides.Length || shape.Length > MaximumAxes || offset < 0 || shape.Concat(strides).Any(number => number < 0))
        {
            throw new InvalidDataException(
                $"{where}: expected as many strides as sizes, at most {MaximumAxes}, and no negative numbers, got sizes {TensorShape.Text(shape)}, strides {TensorShape.Text(strides)}, offset {offset}.");
        }

        var count = TensorShape.ElementCount(shape);
        var last = shape.Zip(strides).Aggregate((Int128)offset, (sum, axis) => sum + ((Int128)Math.Max(0, axis.First - 1) * axis.Second));
        if (count > 0 ? last >= storage.Count || count > storage.Count : offset > storage.Count)
        {
            throw new InvalidDataException(
                $"{where}: expected a view within {storage.Count} values, got sizes {TensorShape.Text(shape)}, strides {TensorShape.Text(strides)}, offset {offset}. The file is damaged.");
        }
    }

    private Tensor Storage(PickledStorage storage, string where)
    {
        var entry = Entry($"data/{storage.Key}") ?? throw new InvalidDataException(
            $"{where}: expected its values in 'data/{storage.Key}', got no such file in the archive. It is truncated.");
        var bytes = (Int128)storage.Count * storage.Type.Size;
        if (entry.Length != bytes)
        {
            throw new InvalidDataException($"{where}: expected {bytes} bytes in 'data/{storage.Key}', got {entry.Length}. The file is damaged.");
        }

        RequireStored(entry);
        var values = torch.empty(storage.Count, storage.Type.Type);
        using var content = entry.Open();
        ReadExactly(() => SafetensorsBytes.ForEachPiece(values, content.ReadExactly));
        return values;
    }

    private ZipArchiveEntry? Entry(string name) => _zip.GetEntry($"{_root}/{name}");

    private byte[] Bytes(ZipArchiveEntry entry, long limit)
    {
        RequireStored(entry);
        var bytes = new byte[Math.Min(entry.Length, limit)];
        using var content = entry.Open();
        ReadExactly(() => content.ReadExactly(bytes));
        return bytes;
    }

    private void RequireStored(ZipArchiveEntry entry)
    {
        if (entry.CompressedLength != entry.Length)
        {
            throw new InvalidDataException(
                $"{_source}: expected '{entry.FullName}' as PyTorch stores it, uncompressed, got {entry.CompressedLength} bytes for {entry.Length}. Save the file with torch.save.");
        }
    }

    private void ReadExactly(Action read)
    {
        try
        {
            read();
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException($"{_source}: expected more data, got the end of a file in the archive. It is truncated.", e);
        }
    }
}
