using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>
/// Leading columns of the Cholesky factor of diag p − ppᵀ, most probable class first, as cotangents of the logits: Σ‖Jᵀc‖² over all C − 1 is
/// tr F, over the first few a lower bound. Divided by √(1 − p_max), so that saturated rows don't underflow.
/// </summary>
internal static class LeadingColumns
{
    /// <param name="frame">Predicted classes and probabilities.</param>
    /// <param name="count">Columns, at most C − 1.</param>
    /// <param name="probes">Random probes, whose outer products are, summed up and on average, what the columns leave.</param>
    /// <param name="seed">Seed of the probes.</param>
    /// <param name="logits">What the cotangents are for.</param>
    /// <returns>Shape [M, N, C].</returns>
    public static Tensor Cotangents(DifferenceFrame frame, int count, int probes, long seed, Tensor logits)
    {
        var cotangents = HostDoubles.Zeros(count + probes, frame.Rows, frame.Classes);
        var signs = Signs(seed, probes, frame.Classes);
        for (var row = 0; row < frame.Rows; row++)
        {
            var at = row;
            Fill(frame, row, count, signs, column => cotangents.Values.Slice(((column * frame.Rows) + at) * frame.Classes, frame.Classes));
        }

        return cotangents.Like(logits);
    }

    private static void Fill(DifferenceFrame frame, int row, int count, double[][] signs, ColumnOf column)
    {
        var doubt = frame.Doubt(row);
        if (doubt == 0)
        {
            return;
        }

        // Relative to 1 − p_max, all but the first class are of order 1.
        var rest = new double[frame.Classes];
        var others = frame.Others(row);
        for (var position = 0; position < others.Length; position++)
        {
            rest[frame.ClassAt(row, position)] = others[position] / doubt;
        }

        // The column of the predicted class, √(p_max d)·(e − q/d), over √d.
        var first = column(0);
        var root = Math.Sqrt(1 - doubt);
        for (var index = 0; index < rest.Length; index++)
        {
            first[index] = -root * rest[index];
        }

        first[frame.Predicted(row)] = root;
        var left = 1.0;
        for (var step = 1; step < count; step++)
        {
            var largest = Array.IndexOf(rest, rest.Max());
            var share = rest[largest];
            rest[largest] = 0;

            // Subtracting is exact enough until little is left.
            left -= share;
            left = left > 1e-6 ? left : rest.Sum();
            Conditional(rest, largest, share, left, column(step));
        }

        if (left > 0 && signs.Length > 0)
        {
            var roots = Array.ConvertAll(rest, share => Math.Sqrt(share / signs.Length));
            for (var probe = 0; probe < signs.Length; probe++)
            {
                Probe(rest, roots, left, signs[probe], column(count + probe));
            }
        }
    }

    // One class against the rest of total probability "left": √(share·left / (share + left))·(e − rest / left).
    private static void Conditional(double[] rest, int label, double share, double left, Span<double> column)
    {
        if (share == 0)
        {
            return;
        }

        var weight = Math.Sqrt(share * left / (share + left));
        for (var index = 0; index < rest.Length && left > 0; index++)
        {
            column[index] = -weight * rest[index] / left;
        }

        column[label] = weight;
    }

    // (diag √p̂ − p̂√p̂ᵀ)ξ, scaled to the rest, has the covariance that the columns leave.
    private static void Probe(double[] rest, double[] roots, double left, double[] signs, Span<double> probe)
    {
        var mean = 0.0;
        for (var index = 0; index < rest.Length; index++)
        {
            probe[index] = roots[index] * signs[index];
            mean += probe[index];
        }

        mean /= left;
        for (var index = 0; index < rest.Length; index++)
        {
            probe[index] -= rest[index] * mean;
        }
    }

    private static double[][] Signs(long seed, int probes, int classes)
    {
        var random = new Random(unchecked((int)(seed ^ (seed >> 32))));
        return [.. Enumerable.Range(0, probes).Select(_ => Enumerable.Range(0, classes).Select(_ => random.Next(2) == 0 ? -1.0 : 1.0).ToArray())];
    }

    private delegate Span<double> ColumnOf(int column);
}
