using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.GradientSteps;

/// <summary>A decaying sum of gradients, each divided by its row's L1 length, so that no step outweighs the others.</summary>
internal static class DecayingSum
{
    /// <summary>sum ← decay·sum + gradient/‖gradient‖₁, row by row; a gradient of zeros counts as it is.</summary>
    public static void Add_(Tensor sum, Tensor gradient, double decay)
    {
        if (PlainCells.Have(sum, gradient))
        {
            // A row at a time stays in the nearest cache: as five tensor operations it is a tenth of a small network's gradient.
            var sums = PlainCells.Of(sum);
            var slopes = PlainCells.Of(gradient);
            var features = slopes.Length / (int)gradient.shape[0];
            for (var start = 0; start < slopes.Length; start += features)
            {
                Add(sums.Slice(start, features), slopes.Slice(start, features), (float)decay);
            }

            return;
        }

        using var scope = NewDisposeScope();
        long[] perRow = [gradient.shape[0], .. Enumerable.Repeat(1L, gradient.shape.Length - 1)];
        var length = Norm.L1.Measure(gradient).reshape(perRow);
        sum.mul_(decay).add_(gradient / length.masked_fill_(length.eq(0), 1));
    }

    private static void Add(Span<float> sum, ReadOnlySpan<float> gradient, float decay)
    {
        var sums = MemoryMarshal.Cast<float, Vector512<float>>(sum);
        var slopes = MemoryMarshal.Cast<float, Vector512<float>>(gradient);
        var length = Length(slopes, gradient[(slopes.Length * Vector512<float>.Count)..]);
        var (decays, lengths) = (Vector512.Create(decay), Vector512.Create(length));
        for (var block = 0; block < slopes.Length; block++)
        {
            sums[block] = (sums[block] * decays) + (slopes[block] / lengths);
        }

        for (var index = slopes.Length * Vector512<float>.Count; index < gradient.Length; index++)
        {
            sum[index] = (sum[index] * decay) + (gradient[index] / length);
        }
    }

    private static float Length(ReadOnlySpan<Vector512<float>> slopes, ReadOnlySpan<float> rest)
    {
        var (even, odd) = (Vector512<float>.Zero, Vector512<float>.Zero);
        var block = 0;
        for (; block + 1 < slopes.Length; block += 2)
        {
            even += Vector512.Abs(slopes[block]);
            odd += Vector512.Abs(slopes[block + 1]);
        }

        var length = Vector512.Sum(even + odd + (block < slopes.Length ? Vector512.Abs(slopes[block]) : Vector512<float>.Zero));
        foreach (var slope in rest)
        {
            length += MathF.Abs(slope);
        }

        return length == 0 ? 1 : length;
    }
}
