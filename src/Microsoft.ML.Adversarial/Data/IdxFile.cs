using System.IO.Compression;

namespace Microsoft.ML.Adversarial.Data;

/// <summary>An IDX file, plain or compressed by gzip, read from start to end without ever being held in memory.</summary>
internal sealed class IdxFile : IDisposable
{
    private const int BufferSize = 1 << 16;

    private readonly string _path;
    private readonly Stream _stream;
    private long _row;

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not an IDX file of unsigned bytes.</exception>
    public IdxFile(string path)
    {
        _path = path;
        _stream = OpenUncompressed(path);
        try
        {
            Header = IdxHeader.Read(bytes => ReadExactly(bytes, "the header"), path);
        }
        catch
        {
            _stream.Dispose();
            throw;
        }
    }

    public IdxHeader Header { get; }

    /// <summary>Reads the next item; false after the last one that the header counts, if the file ends there.</summary>
    /// <param name="item">Room for <see cref="IdxHeader.ItemLength"/> bytes.</param>
    /// <exception cref="InvalidDataException">The file ends too early or too late, or can't be decompressed.</exception>
    public bool TryReadItem(Span<byte> item)
    {
        if (_row >= Header.Count)
        {
            CheckEnd();
            return false;
        }

        ReadExactly(item, $"row {_row}");
        _row++;
        return true;
    }

    public void Dispose() => _stream.Dispose();

    private static Stream OpenUncompressed(string path)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"Expected an IDX file at '{path}', found none; check the path.", path);

        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferSize);
        var isGzip = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        return isGzip ? new BufferedStream(new GZipStream(file, CompressionMode.Decompress), BufferSize) : file;
    }

    // Reading on past the last item also makes gzip compare its checksum, which is how altered pixels are noticed.
    private void CheckEnd()
    {
        int next;
        try
        {
            next = _stream.ReadByte();
        }
        catch (InvalidDataException failure)
        {
            throw CorruptGzip("the end", failure);
        }
        if (next >= 0)
        {
            throw new InvalidDataException(
                $"'{_path}', the end: expected {Header.Count} rows of {Header.ItemLength} bytes, got more data after them; "
                + "the header is damaged.");
        }
    }

    private void ReadExactly(Span<byte> bytes, string what)
    {
        try
        {
            _stream.ReadExactly(bytes);
        }
        catch (EndOfStreamException failure)
        {
            var expected = Header is null ? "an IDX header" : $"{Header.Count} rows of {Header.ItemLength} bytes";
            throw new InvalidDataException(
                $"'{_path}', {what}: expected {expected}, got a file that ends here; fetch the file again.", failure);
        }
        catch (InvalidDataException failure)
        {
            throw CorruptGzip(what, failure);
        }
    }

    private InvalidDataException CorruptGzip(string what, InvalidDataException failure) =>
        new($"'{_path}', {what}: expected intact gzip data, got a decompression error ({failure.Message}); fetch the file again.", failure);
}
