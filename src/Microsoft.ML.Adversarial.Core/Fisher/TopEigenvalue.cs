using System.Numerics;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>
/// λ_max(F) = λ_max(LᵀK′L) with LLᵀ = diag q − qqᵀ: by Householder's tridiagonal form and bisection with Sturm counts, several rows at a time.
/// LAPACK's solvers spend most of their time on eigenvalues that nobody asked for.
/// </summary>
internal static class TopEigenvalue
{
    // Each halves the interval [0, trace]; the largest eigenvalue is at least trace / (C − 1).
    private const int Bisections = 57;

    public static double[] Of(LogitGram gram)
    {
        var size = gram.Frame.Classes - 1;
        var results = new double[gram.Frame.Rows];
        var lanes = Vector<double>.Count;
        var (matrix, others) = (new Vector<double>[size * size], new Vector<double>[size]);
        var (diagonal, offDiagonalSquared) = (new Vector<double>[size], new Vector<double>[size]);
        Span<double> lane = stackalloc double[lanes];
        var loaded = new double[matrix.Length * lanes];
        for (var start = 0; start < results.Length; start += lanes)
        {
            var count = Math.Min(lanes, results.Length - start);
            var first = start;
            Load(matrix, count, loaded, row => gram.Row(first + row));
            Load(others, count, loaded, row => gram.Frame.Others(first + row));
            var scale = Symmetrise(matrix, others);
            Tridiagonalise(matrix, size, diagonal, offDiagonalSquared);
            (Largest(diagonal, offDiagonalSquared) * scale).CopyTo(lane);
            lane[..count].CopyTo(results.AsSpan(start));
        }

        return results;
    }

    // Row by row in the lanes of vectors; the lanes of missing rows repeat the first.
    private static void Load(Vector<double>[] target, int count, double[] lanes, RowOf rowOf)
    {
        var width = Vector<double>.Count;
        for (var row = 0; row < width; row++)
        {
            var values = rowOf(row < count ? row : 0);
            for (var index = 0; index < target.Length; index++)
            {
                lanes[(index * width) + row] = values[index];
            }
        }

        for (var index = 0; index < target.Length; index++)
        {
            target[index] = new(lanes, index * width);
        }
    }

    /// <summary>
    /// Puts LᵀK′L, divided by its trace, in the place of K′ and returns the trace. L is the closed-form Cholesky factor of a multinomial
    /// covariance: column j holds √(q_j R_j₊₁ / R_j) on its diagonal and −q_i √(q_j / (R_j R_j₊₁)) below, where R_j is the probability that
    /// the classes before j leave.
    /// </summary>
    private static Vector<double> Symmetrise(Vector<double>[] matrix, Vector<double>[] others)
    {
        var size = others.Length;
        var (factor, product) = (new Vector<double>[size * size], new Vector<double>[size * size]);

        // From the classes that come last, so that what is left of a confident row is summed up rather than subtracted.
        var left = Vector<double>.One;
        foreach (var other in others)
        {
            left -= other;
        }

        for (var column = size - 1; column >= 0; column--)
        {
            var next = left;
            left += others[column];
            factor[(column * size) + column] = Vector.SquareRoot(others[column] * next / left);
            var below = Vector.SquareRoot(others[column] / (left * next));
            for (var row = column + 1; row < size; row++)
            {
                factor[(row * size) + column] = -others[row] * below;
            }
        }

        for (var row = 0; row < size; row++)
        {
            for (var column = 0; column < size; column++)
            {
                var sum = Vector<double>.Zero;
                for (var index = column; index < size; index++)
                {
                    sum += matrix[(row * size) + index] * factor[(index * size) + column];
                }

                product[(row * size) + column] = sum;
            }
        }

        var trace = Vector<double>.Zero;
        for (var row = 0; row < size; row++)
        {
            for (var column = 0; column <= row; column++)
            {
                var sum = Vector<double>.Zero;
                for (var index = row; index < size; index++)
                {
                    sum += factor[(index * size) + row] * product[(index * size) + column];
                }

                matrix[(row * size) + column] = sum;
                matrix[(column * size) + row] = sum;
            }

            trace += matrix[(row * size) + row];
        }

        // Squares of what hangs on a saturated row would underflow.
        var inverse = Vector.ConditionalSelect(Vector.Equals(trace, Vector<double>.Zero), Vector<double>.Zero, Vector<double>.One / trace);
        for (var index = 0; index < matrix.Length; index++)
        {
            matrix[index] *= inverse;
        }

        return trace;
    }

    private static void Tridiagonalise(Vector<double>[] matrix, int size, Vector<double>[] diagonal, Vector<double>[] offDiagonalSquared)
    {
        var (reflector, image) = (new Vector<double>[size], new Vector<double>[size]);
        for (var step = 0; step < size; step++)
        {
            diagonal[step] = matrix[(step * size) + step];
            var norm = Vector<double>.Zero;
            for (var row = step + 1; row < size; row++)
            {
                reflector[row] = matrix[(row * size) + step];
                norm += reflector[row] * reflector[row];
            }

            offDiagonalSquared[step] = norm;
            if (step >= size - 2)
            {
                continue;
            }

            // v = x ± ‖x‖e, H = 1 − τvvᵀ; a column that is zero already is left as it is.
            var first = reflector[step + 1];
            var length = Vector.SquareRoot(norm);
            reflector[step + 1] = first + Vector.ConditionalSelect(Vector.LessThan(first, Vector<double>.Zero), -length, length);
            var squared = norm + (length * Vector.Abs(first));
            var scale = Vector.ConditionalSelect(Vector.Equals(squared, Vector<double>.Zero), Vector<double>.Zero, Vector<double>.One / squared);

            var overlap = Vector<double>.Zero;
            for (var row = step + 1; row < size; row++)
            {
                var sum = Vector<double>.Zero;
                for (var column = step + 1; column < size; column++)
                {
                    sum += matrix[(row * size) + column] * reflector[column];
                }

                image[row] = sum * scale;
                overlap += image[row] * reflector[row];
            }

            overlap *= scale * 0.5;
            for (var row = step + 1; row < size; row++)
            {
                image[row] -= overlap * reflector[row];
            }

            for (var row = step + 1; row < size; row++)
            {
                for (var column = step + 1; column < size; column++)
                {
                    matrix[(row * size) + column] -= (reflector[row] * image[column]) + (image[row] * reflector[column]);
                }
            }
        }
    }

    // λ is too small while any pivot of T − λ is positive.
    private static Vector<double> Largest(Vector<double>[] diagonal, Vector<double>[] offDiagonalSquared)
    {
        var (low, high) = (Vector<double>.Zero, Vector<double>.Zero);
        foreach (var value in diagonal)
        {
            high += value;
        }

        for (var step = 0; step < Bisections; step++)
        {
            var middle = (low + high) * 0.5;
            var tooSmall = Vector<long>.Zero;
            var pivot = Vector<double>.One;
            for (var index = 0; index < diagonal.Length; index++)
            {
                var coupling = index == 0 ? Vector<double>.Zero : offDiagonalSquared[index - 1] / pivot;
                pivot = diagonal[index] - middle - coupling;

                // A pivot of exactly zero counts as just below.
                pivot = Vector.ConditionalSelect(Vector.Equals(pivot, Vector<double>.Zero), new Vector<double>(-double.Epsilon), pivot);
                tooSmall |= Vector.GreaterThan(pivot, Vector<double>.Zero);
            }

            low = Vector.ConditionalSelect(tooSmall, middle, low);
            high = Vector.ConditionalSelect(tooSmall, high, middle);
        }

        return high;
    }

    private delegate ReadOnlySpan<double> RowOf(int row);
}
