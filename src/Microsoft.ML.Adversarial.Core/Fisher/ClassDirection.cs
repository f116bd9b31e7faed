namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>
/// The cotangent of log p of one class in the logits, e − p, without a subtraction that cancels, and divided by its largest entry.
/// </summary>
internal static class ClassDirection
{
    /// <summary>In all logits.</summary>
    /// <returns>The scale: what the cotangent was divided by, 1 − p of the class.</returns>
    public static double Fill(DifferenceFrame frame, int row, int label, Span<double> cotangent)
    {
        var others = frame.Others(row);
        var position = frame.PositionOf(row, label);
        var most = 1 - frame.Doubt(row);
        var scale = position < 0 ? frame.Doubt(row) : most + Sum(others, position);
        var inverse = scale == 0 ? 0 : 1 / scale;
        for (var index = 0; index < others.Length; index++)
        {
            cotangent[frame.ClassAt(row, index)] = -others[index] * inverse;
        }

        cotangent[frame.Predicted(row)] = -most * inverse;
        cotangent[label] = scale * inverse;
        return scale;
    }

    /// <summary>In differences to the predicted class's logit.</summary>
    /// <returns>The scale, as above.</returns>
    public static double FillDifferences(DifferenceFrame frame, int row, int label, Span<double> direction)
    {
        var cotangent = frame.Classes <= 128 ? stackalloc double[frame.Classes] : new double[frame.Classes];
        var scale = Fill(frame, row, label, cotangent);
        for (var position = 0; position < direction.Length; position++)
        {
            direction[position] = cotangent[frame.ClassAt(row, position)];
        }

        return scale;
    }

    private static double Sum(ReadOnlySpan<double> others, int except)
    {
        var sum = 0.0;
        for (var index = 0; index < others.Length; index++)
        {
            sum += index == except ? 0 : others[index];
        }

        return sum;
    }
}
