namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>What can be read off K′ and q of one row, in float64.</summary>
internal static class GramScores
{
    private const int OnStack = 128;

    /// <summary>tr F = Σ q_k K′_kk − qᵀK′q.</summary>
    public static double Trace(LogitGram gram, int row)
    {
        var matrix = gram.Row(row);
        var others = gram.Frame.Others(row);
        var (size, trace) = (others.Length, 0.0);
        for (var index = 0; index < size; index++)
        {
            trace += others[index] * (matrix[(index * size) + index] - Dot(matrix.Slice(index * size, size), others));
        }

        return trace;
    }

    /// <summary>Along v = ∇_θ log p of a class, with w its cotangent in differences: ‖v‖² = wᵀK′w, and the logits' tangent is K′w.</summary>
    public static FisherForm QuadraticForm(LogitGram gram, int row, int label)
    {
        var matrix = gram.Row(row);
        var others = gram.Frame.Others(row);
        var size = others.Length;
        var direction = size <= OnStack ? stackalloc double[size] : new double[size];
        var tangent = size <= OnStack ? stackalloc double[size] : new double[size];
        var scale = ClassDirection.FillDifferences(gram.Frame, row, label, direction);
        for (var index = 0; index < size; index++)
        {
            tangent[index] = Dot(matrix.Slice(index * size, size), direction);
        }

        return FisherForm.Of(tangent, others, Dot(tangent, direction), scale);
    }

    private static double Dot(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        var sum = 0.0;
        for (var index = 0; index < left.Length; index++)
        {
            sum += left[index] * right[index];
        }

        return sum;
    }
}
