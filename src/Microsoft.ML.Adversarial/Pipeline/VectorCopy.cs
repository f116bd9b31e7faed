using System.Reflection;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Pipeline;

/// <summary>How to hand out a copy of a vector that the receiver may write to.</summary>
internal static class VectorCopy
{
    public delegate void Copier<T>(in T source, ref T destination);

    /// <summary>Null for types other than VBuffer, which assignment copies.</summary>
    public static Copier<T>? For<T>()
    {
        if (!typeof(T).IsGenericType || typeof(T).GetGenericTypeDefinition() != typeof(VBuffer<>))
            return null;

        var copy = typeof(VectorCopy).GetMethod(nameof(Copy), BindingFlags.Static | BindingFlags.NonPublic)!;
        return copy.MakeGenericMethod(typeof(T).GetGenericArguments()).CreateDelegate<Copier<T>>();
    }

    private static void Copy<TItem>(in VBuffer<TItem> source, ref VBuffer<TItem> destination) => source.CopyTo(ref destination);
}
