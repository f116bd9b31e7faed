using System.Runtime.InteropServices;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Pipeline;

/// <summary>
/// Replaces text that refers to someone's memory by text that nobody can change. ML.NET's caches and dictionaries keep text cells
/// for ever, so it must be a new string and not a buffer of ours that the next batch would overwrite.
/// </summary>
internal static class OwnedText
{
    public delegate void Owner<T>(ref T value);

    /// <summary>Null for types that hold no text.</summary>
    public static Owner<T>? For<T>()
    {
        if (typeof(T) == typeof(ReadOnlyMemory<char>))
            return (Owner<T>)(Delegate)(Owner<ReadOnlyMemory<char>>)Own;
        if (typeof(T) == typeof(VBuffer<ReadOnlyMemory<char>>))
            return (Owner<T>)(Delegate)(Owner<VBuffer<ReadOnlyMemory<char>>>)Own;
        return null;
    }

    private static void Own(ref VBuffer<ReadOnlyMemory<char>> vector)
    {
        var editor = VBufferEditor.CreateFromBuffer(ref vector);
        for (var i = 0; i < editor.Values.Length; i++)
            Own(ref editor.Values[i]);
        vector = editor.Commit();
    }

    private static void Own(ref ReadOnlyMemory<char> text)
    {
        // The usual text is (part of) a string already, which can't change.
        if (!text.IsEmpty && !MemoryMarshal.TryGetString(text, out _, out _, out _))
            text = text.ToString().AsMemory();
    }
}
