using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks;

/// <summary>Rows that are zero in every feature. In main memory a row costs no more than its first feature that is not.</summary>
internal static class RowsOfZeros
{
    /// <param name="values">Shape [N, …].</param>
    /// <returns>Their places, ascending.</returns>
    public static long[] In(Tensor values)
    {
        if (!PlainCells.Have(values))
        {
            using var scope = NewDisposeScope();
            return values.ne(0).flatten(1).any(1).logical_not().nonzero().flatten().cpu().data<long>().ToArray();
        }

        List<long> rows = [];
        var cells = PlainCells.Of(values);
        var (count, width) = ((int)values.shape[0], cells.Length / (int)values.shape[0]);
        for (var row = 0; row < count; row++)
        {
            if (!cells.Slice(row * width, width).ContainsAnyExcept(0f))
            {
                rows.Add(row);
            }
        }

        return [.. rows];
    }
}
