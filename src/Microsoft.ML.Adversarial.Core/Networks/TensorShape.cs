using System.Globalization;

namespace Microsoft.ML.Adversarial.Networks;

/// <summary>Counting and printing of shapes.</summary>
internal static class TensorShape
{
    /// <summary>The number of elements, or <see cref="long.MaxValue"/> where that number does not fit.</summary>
    public static long ElementCount(IEnumerable<long> shape)
    {
        Int128 count = 1;
        var empty = false;
        foreach (var size in shape)
        {
            empty |= size == 0;
            count = Int128.Min(count * Math.Max(size, 1), long.MaxValue);
        }

        return empty ? 0 : (long)count;
    }

    public static string Text(IEnumerable<long> shape) =>
        "[" + string.Join(", ", shape.Select(size => size.ToString(CultureInfo.InvariantCulture))) + "]";
}
