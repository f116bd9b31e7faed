using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>
/// The cotangent of log p of one class in the logits, e − p, without a subtraction that cancels, and divided by its largest entry.
/// </summary>
internal static class ClassDirection
{
    /// <summary>Of one class per row, for a whole batch.</summary>
    /// <param name="frame">Predicted classes and probabilities.</param>
    /// <param name="logits">What the cotangents are for, shape [N, C].</param>
    /// <param name="labelOf">The class of a row.</param>
    /// <returns>The cotangents, shape [N, C], and what each was divided by.</returns>
    public static (Tensor Cotangents, double[] Scales) Of(DifferenceFrame frame, Tensor logits, Func<int, int> labelOf)
    {
        var cotangents = HostDoubles.Zeros(frame.Rows, frame.Classes);
        var scales = new double[frame.Rows];
        for (var row = 0; row < frame.Rows; row++)
        {
            scales[row] = Fill(frame, row, labelOf(row), cotangents.Values.Slice(row * frame.Classes, frame.Classes));
        }

        return (cotangents.Like(logits), scales);
    }

    /// <summary>In all logits.</summary>
    /// <returns>The scale: what the cotangent was divided by, 1 − p of the class.</returns>
    private static double Fill(DifferenceFrame frame, int row, int label, Span<double> cotangent)
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
