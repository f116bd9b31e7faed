namespace Microsoft.ML.Adversarial.Networks.Layers;

/// <summary>A kernel that moves over an image: the geometry that convolutions and poolings share.</summary>
internal readonly record struct Window(Size2d Kernel, Size2d Stride, Size2d Padding, Size2d Dilation)
{
    public static Window Of(Size2d kernel, Size2d stride, Size2d padding, Size2d dilation) => new(
        OptionRange.AtLeast(kernel, 1), OptionRange.AtLeast(stride, 1), OptionRange.AtLeast(padding, 0), OptionRange.AtLeast(dilation, 1));

    /// <summary>Poolings may not put a window wholly into the padding, where there is nothing to take a maximum of.</summary>
    public Window WithPaddingInsideKernel()
    {
        if (Padding.Height > Kernel.Height / 2 || Padding.Width > Kernel.Width / 2)
        {
            throw new DefinitionOptionException("padding", $"at most half of kernel = {Kernel}", Padding.ToString());
        }

        return this;
    }

    public long[] OutputShape(LayerInput input, long channels)
    {
        (_, var height, var width) = input.Image();
        long[] shape =
        [
            channels,
            Positions(height, Kernel.Height, Stride.Height, Padding.Height, Dilation.Height),
            Positions(width, Kernel.Width, Stride.Width, Padding.Width, Dilation.Width),
        ];
        return shape[1] >= 1 && shape[2] >= 1
            ? shape
            : throw input.Rejected(
                $"an image that a kernel of {Kernel} with padding {Padding} and dilation {Dilation} fits into",
                "Use a smaller kernel, more padding, or fewer poolings before it.");
    }

    private static long Positions(long size, int kernel, int stride, int padding, int dilation)
    {
        var room = size + (2L * padding) - ((long)dilation * (kernel - 1)) - 1;
        return room < 0 ? 0 : (room / stride) + 1;
    }
}
