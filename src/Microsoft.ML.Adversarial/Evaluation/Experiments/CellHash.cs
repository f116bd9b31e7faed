using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

/// <summary>Adds the current row's value of one column to a hash.</summary>
internal static class CellHash
{
    /// <summary>Of all numbers, texts, keys, Booleans, times and pictures; of other types that the row is there.</summary>
    public static Action<IncrementalHash> Of(DataViewRow row, DataViewSchema.Column column)
    {
        var (vector, item) = column.Type is VectorDataViewType type ? (true, (DataViewType)type.ItemType) : (false, column.Type);
        return item switch
        {
            TextDataViewType => Of<ReadOnlyMemory<char>>(row, column, vector, Add),
            ImageDataViewType when !vector => Of<MLImage>(row, column, vector, Add),
            _ when item.RawType == typeof(float) => Of<float>(row, column, vector),
            _ when item.RawType == typeof(double) => Of<double>(row, column, vector),
            _ when item.RawType == typeof(bool) => Of<bool>(row, column, vector),
            _ when item.RawType == typeof(sbyte) => Of<sbyte>(row, column, vector),
            _ when item.RawType == typeof(byte) => Of<byte>(row, column, vector),
            _ when item.RawType == typeof(short) => Of<short>(row, column, vector),
            _ when item.RawType == typeof(ushort) => Of<ushort>(row, column, vector),
            _ when item.RawType == typeof(int) => Of<int>(row, column, vector),
            _ when item.RawType == typeof(uint) => Of<uint>(row, column, vector),
            _ when item.RawType == typeof(long) => Of<long>(row, column, vector),
            _ when item.RawType == typeof(ulong) => Of<ulong>(row, column, vector),
            _ when item.RawType == typeof(DateTime) => Of<DateTime>(row, column, vector),
            _ when item.RawType == typeof(TimeSpan) => Of<TimeSpan>(row, column, vector),
            _ => hash => hash.AppendData([1]),
        };
    }

    private static Action<IncrementalHash> Of<T>(DataViewRow row, DataViewSchema.Column column, bool vector)
        where T : unmanaged => Of<T>(row, column, vector, (hash, values) => hash.AppendData(MemoryMarshal.AsBytes(values)));

    private static Action<IncrementalHash> Of<T>(DataViewRow row, DataViewSchema.Column column, bool vector, ValuesAdder<T> add)
    {
        if (!vector)
        {
            var getter = row.GetGetter<T>(column);
            T value = default!;
            return hash =>
            {
                getter(ref value);
                add(hash, new(ref value));
            };
        }

        var vectors = row.GetGetter<VBuffer<T>>(column);
        VBuffer<T> values = default;
        return hash =>
        {
            vectors(ref values);
            hash.AppendData(BitConverter.GetBytes(values.Length));
            // A sparse vector and a dense one are the same values.
            add(hash, values.IsDense ? values.GetValues() : [.. values.DenseValues()]);
        };
    }

    private static void Add(IncrementalHash hash, ReadOnlySpan<ReadOnlyMemory<char>> texts)
    {
        foreach (var text in texts)
        {
            var bytes = Encoding.UTF8.GetBytes(text.ToString());
            hash.AppendData(BitConverter.GetBytes(bytes.Length));
            hash.AppendData(bytes);
        }
    }

    private static void Add(IncrementalHash hash, ReadOnlySpan<MLImage> images)
    {
        foreach (var image in images)
        {
            if (image is not null)
            {
                hash.AppendData(BitConverter.GetBytes(image.Width));
                hash.AppendData(image.Pixels);
            }
        }
    }

    private delegate void ValuesAdder<T>(IncrementalHash hash, ReadOnlySpan<T> values);
}
