using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm;

/// <summary>Values of rows in vectors; the end of a row that does not fill one is filled up with zeros.</summary>
/// <typeparam name="T">Single or Double.</typeparam>
internal static class Lanes<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int Count => Vector512<T>.Count;

    /// <summary>A number in all places.</summary>
    public static Vector512<T> Of(double value) => Vector512.Create(T.CreateTruncating(value));

    public static Vector512<T> Clamp(Vector512<T> values, Vector512<T> lower, Vector512<T> upper) =>
        Vector512.MinNative(Vector512.MaxNative(values, lower), upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Load(ReadOnlySpan<T> row, int start) =>
        start + Count <= row.Length ? Vector512.Create(row.Slice(start, Count)) : LoadEnd(row[start..]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<T> values, Span<T> row, int start)
    {
        if (start + Count <= row.Length)
        {
            values.CopyTo(row.Slice(start, Count));
        }
        else
        {
            StoreEnd(values, row[start..]);
        }
    }

    private static Vector512<T> LoadEnd(ReadOnlySpan<T> end)
    {
        Span<T> filled = stackalloc T[Count];
        filled.Clear();
        end.CopyTo(filled);
        return Vector512.Create<T>(filled);
    }

    private static void StoreEnd(Vector512<T> values, Span<T> end)
    {
        Span<T> filled = stackalloc T[Count];
        values.CopyTo(filled);
        filled[..end.Length].CopyTo(end);
    }
}
