using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transformations;

/// <summary>
/// Images made smaller, with bilinear interpolation, and put somewhere into a frame of zeros of their old size, each image its own way. That is
/// linear in the rows and in the columns, V·x·Hᵀ, so gradients come back as Vᵀ·g·H.
/// </summary>
internal sealed class RandomResizing
{
    private readonly Tensor _vertical;
    private readonly Tensor _horizontal;

    private RandomResizing(Tensor vertical, Tensor horizontal) => (_vertical, _horizontal) = (vertical, horizontal);

    /// <param name="images">Shape [N, C, H, W].</param>
    /// <param name="probability">How likely an image is transformed.</param>
    /// <param name="smallest">Smallest height as a share of H, below 1.</param>
    /// <param name="random">The images' own random streams.</param>
    public static RandomResizing Draw(Tensor images, double probability, double smallest, RowRandom random)
    {
        using var scope = NewDisposeScope();
        var (rows, height, width) = (images.shape[0], images.shape[2], images.shape[3]);
        var draws = random.Uniform(zeros(rows, 4), 0, 1).data<float>().ToArray();
        var (vertical, horizontal) = (zeros(rows, height, height), zeros(rows, width, width));
        var least = Math.Max(1, (long)(smallest * height));
        for (var row = 0; row < rows; row++)
        {
            var draw = draws.AsSpan(4 * row, 4);
            var newHeight = draw[0] < probability ? Between(least, Math.Max(least, height - 1), draw[1]) : height;
            var newWidth = Math.Max(1, (long)Math.Round((double)newHeight * width / height));
            Fill(Cells(vertical, row), height, newHeight, Between(0, height - newHeight, draw[2]));
            Fill(Cells(horizontal, row), width, newWidth, Between(0, width - newWidth, draw[3]));
        }

        return new(
            vertical.to(images.dtype, images.device).MoveToOuterDisposeScope(), horizontal.to(images.dtype, images.device).MoveToOuterDisposeScope());
    }

    /// <summary>The transformed images.</summary>
    public Tensor Apply(Tensor images) => Map(images, _vertical, _horizontal.transpose(1, 2));

    /// <summary>The gradient with respect to the images, given that with respect to the transformed ones.</summary>
    public Tensor PullBack(Tensor gradients) => Map(gradients, _vertical.transpose(1, 2), _horizontal);

    private static Tensor Map(Tensor images, Tensor left, Tensor right)
    {
        using var scope = NewDisposeScope();
        var (rows, channels, height, width) = (images.shape[0], images.shape[1], images.shape[2], images.shape[3]);
        var across = images.reshape(rows, channels * height, width).bmm(right).reshape(rows, channels, height, width);
        var down = left.bmm(across.transpose(1, 2).reshape(rows, height, channels * width));
        return down.reshape(rows, height, channels, width).transpose(1, 2).contiguous().MoveToOuterDisposeScope();
    }

    // Each new line mixes the two old ones on either side of where its centre lies in the old image.
    private static void Fill(Span<float> matrix, long size, long newSize, long offset)
    {
        for (var line = 0L; line < newSize; line++)
        {
            var source = Math.Max(0, ((line + 0.5) * size / newSize) - 0.5);
            var (first, share) = ((long)source, (float)(source - Math.Floor(source)));
            var start = (int)((offset + line) * size);
            matrix[start + (int)first] += 1 - share;
            matrix[start + (int)Math.Min(first + 1, size - 1)] += share;
        }
    }

    private static long Between(long least, long greatest, float draw) => least + (long)(draw * (greatest - least + 1));

    private static Span<float> Cells(Tensor matrices, int row)
    {
        var size = (int)(matrices.shape[1] * matrices.shape[2]);
        return PlainCells.Of(matrices).Slice(row * size, size);
    }
}
