using System.Globalization;

namespace Microsoft.ML.Adversarial.Networks;

/// <summary>A height and a width, in pixels: the size of a kernel, a stride, a padding or a dilation.</summary>
/// <remarks>One number stands for a square. In JSON <c>3</c> is 3 by 3 and <c>[3, 5]</c> is height 3, width 5.</remarks>
/// <param name="Height">Rows, the second-last axis of an image.</param>
/// <param name="Width">Columns, the last axis of an image.</param>
public readonly record struct Size2d(int Height, int Width)
{
    /// <summary>A square.</summary>
    /// <param name="size">Height and width.</param>
    public static implicit operator Size2d(int size) => new(size, size);

    /// <summary>A rectangle.</summary>
    /// <param name="size">Height, then width.</param>
    public static implicit operator Size2d((int Height, int Width) size) => new(size.Height, size.Width);

    /// <summary>As written in JSON: <c>3</c> for a square, else <c>[3, 5]</c>.</summary>
    /// <returns>The text, the same in every culture.</returns>
    public override string ToString() => Height == Width
        ? Height.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"[{Height}, {Width}]");

    internal (long Height, long Width) AsPair() => (Height, Width);
}
