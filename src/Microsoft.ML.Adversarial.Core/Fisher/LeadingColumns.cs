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
    /// <param name="seed">Adds a random probe whose outer product is, on average, what the columns leave; null for none.</param>
    /// <param name="logits">What the cotangents are for.</param>
    /// <returns>Shape [M, N, C].</returns>
    public static Tensor Cotangents(DifferenceFrame frame, int count, long? seed, Tensor logits)
    {
        var columns = count + (seed is null ? 0 : 1);
        var cotangents = HostDoubles.Zeros(columns, frame.Rows, frame.Classes);
        var signs = seed is null ? [] : Signs(seed.Value, frame.Classes);
        for (var row = 0; row < frame.Rows; row++)
        {
            var at = row;
            Fill(frame, row, count, signs, column => cotangents.Values.Slice(((column * frame.Rows) + at) * frame.Classes, frame.Classes));
        }

        return cotangents.Like(logits);
    }

    private static void Fill(DifferenceFrame frame, int row, int count, double[] signs, ColumnOf column)
    {
        var doubt = frame.Doubt(row);
        if (doubt == 0)
        {
            return;
        }

        // Relative to 1 − p_max, all but the first class are of order 1.
        var rest = new double[frame.Classes];
        for (var position = 0; position < frame.Classes - 1; position++)
        {
            rest[frame.ClassAt(row, position)] = frame.Others(row)[position] / doubt;
        }

        // The column of the predicted class, √(p_max d)·(e − q/d), over √d.
        var left = 1.0;
        var first = column(0);
        var root = Math.Sqrt(1 - doubt);
        for (var index = 0; index < rest.Length; index++)
        {
            first[index] = -root * rest[index];
        }

        first[frame.Predicted(row)] = root;
        for (var step = 1; step < count; step++)
        {
            var largest = Array.IndexOf(rest, rest.Max());
            var share = rest[largest];
            rest[largest] = 0;
            left = rest.Sum();
            Conditional(rest, largest, share, left, column(step));
        }

        if (signs.Length > 0 && left > 0)
        {
            Probe(rest, left, signs, column(count));
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
    private static void Probe(double[] rest, double left, double[] signs, Span<double> probe)
    {
        var mean = 0.0;
        for (var index = 0; index < rest.Length; index++)
        {
            mean += Math.Sqrt(rest[index]) * signs[index];
        }

        mean /= left;
        for (var index = 0; index < rest.Length; index++)
        {
            probe[index] = (Math.Sqrt(rest[index]) * signs[index]) - (rest[index] * mean);
        }
    }

    private static double[] Signs(long seed, int classes)
    {
        var random = new Random(unchecked((int)(seed ^ (seed >> 32))));
        return [.. Enumerable.Range(0, classes).Select(_ => random.Next(2) == 0 ? -1.0 : 1.0)];
    }

    private delegate Span<double> ColumnOf(int column);
}
