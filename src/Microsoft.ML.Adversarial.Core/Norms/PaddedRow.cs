using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Adversarial.Norms;

/// <summary>A copy of a row's features, filled up with zeros to whole vectors: loops over it have no rest, and it stays in the processor's cache.</summary>
/// <typeparam name="T">Element type.</typeparam>
/// <param name="features">How many features.</param>
internal sealed class PaddedRow<T>(int features)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] _values = new T[(features + Vector512<T>.Count - 1) / Vector512<T>.Count * Vector512<T>.Count];

    /// <summary>A copy of values that stay.</summary>
    public static PaddedRow<T> Of(T[] values)
    {
        var row = new PaddedRow<T>(values.Length);
        row.Load(values);
        return row;
    }

    public Span<Vector512<T>> Vectors => MemoryMarshal.Cast<T, Vector512<T>>(_values.AsSpan());

    /// <summary>The largest magnitude.</summary>
    public T Largest
    {
        get
        {
            var largest = Vector512<T>.Zero;
            foreach (var block in Vectors)
            {
                largest = Vector512.MaxNative(largest, Vector512.Abs(block));
            }

            var result = T.Zero;
            for (var element = 0; element < Vector512<T>.Count; element++)
            {
                result = T.Max(result, largest[element]);
            }

            return result;
        }
    }

    public void Load(ReadOnlySpan<T> values) => values.CopyTo(_values);

    public void Store(Span<T> values) => _values.AsSpan(0, values.Length).CopyTo(values);
}
