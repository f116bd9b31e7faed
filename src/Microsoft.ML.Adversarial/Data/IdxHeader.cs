using System.Buffers.Binary;

namespace Microsoft.ML.Adversarial.Data;

/// <summary>
/// What an IDX file says of itself: a magic number (two zeros, the element type, the number of dimensions), then each dimension
/// as a big-endian integer. The first dimension counts items. Only unsigned bytes are read, which is what MNIST and its kin hold.
/// </summary>
internal sealed record IdxHeader(long Count, int[] ItemDimensions)
{
    private const byte UnsignedByte = 0x08;
    private const int MaximumDimensions = 4;

    /// <summary>Bytes in an item.</summary>
    public int ItemLength { get; } = ItemDimensions.Aggregate(1, (product, size) => product * size);

    /// <summary>Fills the span with the next bytes of a file, or throws.</summary>
    public delegate void ByteReader(Span<byte> bytes);

    /// <summary>Reads the header, and not a byte more.</summary>
    /// <exception cref="InvalidDataException">It is not an IDX header, or one of something that can't be read.</exception>
    public static IdxHeader Read(ByteReader read, string path)
    {
        Span<byte> magic = stackalloc byte[4];
        read(magic);
        if (magic[0] != 0 || magic[1] != 0 || TypeName(magic[2]) is not { } typeName)
        {
            throw new InvalidDataException(
                $"'{path}': expected an IDX file, which starts with the bytes 00 00 08, got {Convert.ToHexString(magic)}; "
                + "is it another format, or compressed other than by gzip?");
        }
        if (magic[2] != UnsignedByte)
        {
            throw new InvalidDataException(
                $"'{path}': expected elements of type unsigned byte (0x08), got {typeName} (0x{magic[2]:X2}); convert the file.");
        }
        if (magic[3] is < 1 or > MaximumDimensions)
            throw new InvalidDataException($"'{path}': expected 1 to {MaximumDimensions} dimensions, got {magic[3]}; convert the file.");

        Span<byte> number = stackalloc byte[4];
        var dimensions = new uint[magic[3]];
        for (var i = 0; i < dimensions.Length; i++)
        {
            read(number);
            dimensions[i] = BinaryPrimitives.ReadUInt32BigEndian(number);
        }
        CheckItemSize(dimensions, path);
        return new IdxHeader(dimensions[0], [.. dimensions.Skip(1).Select(size => (int)size)]);
    }

    private static void CheckItemSize(uint[] dimensions, string path)
    {
        UInt128 length = 1;
        foreach (var size in dimensions.Skip(1))
            length *= size;
        if (length < 1 || length > (UInt128)Array.MaxLength)
        {
            throw new InvalidDataException(
                $"'{path}': expected items of 1 to {Array.MaxLength} bytes, got dimensions {string.Join(" × ", dimensions)}; "
                + "the header is damaged.");
        }
    }

    private static string? TypeName(byte type) => type switch
    {
        UnsignedByte => "unsigned byte",
        0x09 => "signed byte",
        0x0B => "short",
        0x0C => "int",
        0x0D => "float",
        0x0E => "double",
        _ => null,
    };
}
