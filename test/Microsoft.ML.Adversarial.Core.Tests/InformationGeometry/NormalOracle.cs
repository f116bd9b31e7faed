namespace Microsoft.ML.Adversarial.InformationGeometry;

/// <summary>Normal distributions by the textbook, in plain loops.</summary>
internal static class NormalOracle
{
    /// <summary>½(tr(Σ₂⁻¹Σ₁) − d + δᵀΣ₂⁻¹δ + ln(det Σ₂/det Σ₁)) with 150 decimals.</summary>
    public static double KullbackLeibler(double[] mean, double[,] factor, double[] otherMean, double[,] otherFactor)
    {
        var dimension = mean.Length;
        var (covariance, otherCovariance) = (Covariance(factor), Covariance(otherFactor));
        var (precision, otherDeterminant) = Inverse(otherCovariance);
        var (_, determinant) = Inverse(covariance);
        var twice = FixedPoint.Log(otherDeterminant / determinant) - dimension;
        for (var row = 0; row < dimension; row++)
        {
            for (var column = 0; column < dimension; column++)
            {
                var shift = ((FixedPoint)mean[row] - otherMean[row]) * ((FixedPoint)mean[column] - otherMean[column]);
                twice += precision[row, column] * (covariance[column, row] + shift);
            }
        }

        return (double)(twice / 2.0);
    }

    /// <summary>F_ab = ∂_aμᵀ Σ⁻¹ ∂_bμ + ½ tr(Σ⁻¹ ∂_aΣ Σ⁻¹ ∂_bΣ), parameters being μ and the lower triangle of L row by row.</summary>
    public static double[,] FisherInformation(double[,] factor)
    {
        var dimension = factor.GetLength(0);
        var (exact, _) = Inverse(Covariance(factor));
        var precision = Map(exact, value => (double)value);
        List<double[,]> derivatives = [];
        for (var row = 0; row < dimension; row++)
        {
            for (var column = 0; column <= row; column++)
            {
                var derivative = new double[dimension, dimension];
                for (var other = 0; other < dimension; other++)
                {
                    derivative[row, other] += factor[other, column];
                    derivative[other, row] += factor[other, column];
                }

                derivatives.Add(Product(precision, derivative));
            }
        }

        var information = new double[dimension + derivatives.Count, dimension + derivatives.Count];
        for (var row = 0; row < dimension; row++)
        {
            for (var column = 0; column < dimension; column++)
            {
                information[row, column] = precision[row, column];
            }
        }

        for (var one = 0; one < derivatives.Count; one++)
        {
            for (var other = 0; other < derivatives.Count; other++)
            {
                var product = Product(derivatives[one], derivatives[other]);
                information[dimension + one, dimension + other] =
                    0.5 * Enumerable.Range(0, dimension).Sum(index => product[index, index]);
            }
        }

        return information;
    }

    /// <summary>ln p(x) with the inverse and the determinant of Σ.</summary>
    public static double LogDensity(double[] mean, double[,] factor, double[] sample)
    {
        var dimension = mean.Length;
        var (precision, determinant) = Inverse(Covariance(factor));
        var quadratic = 0.0;
        for (var row = 0; row < dimension; row++)
        {
            for (var column = 0; column < dimension; column++)
            {
                quadratic += (sample[row] - mean[row]) * (double)precision[row, column] * (sample[column] - mean[column]);
            }
        }

        return -0.5 * (quadratic + Math.Log((double)determinant) + (dimension * Math.Log(2 * Math.PI)));
    }

    private static FixedPoint[,] Covariance(double[,] factor)
    {
        var dimension = factor.GetLength(0);
        var covariance = new FixedPoint[dimension, dimension];
        for (var row = 0; row < dimension; row++)
        {
            for (var column = 0; column < dimension; column++)
            {
                covariance[row, column] = FixedPoint.Sum(
                    Enumerable.Range(0, dimension).Select(index => (FixedPoint)factor[row, index] * factor[column, index]));
            }
        }

        return covariance;
    }

    // Gauss and Jordan; a positive definite matrix needs no pivoting.
    private static (FixedPoint[,] Inverse, FixedPoint Determinant) Inverse(FixedPoint[,] matrix)
    {
        var dimension = matrix.GetLength(0);
        var left = (FixedPoint[,])matrix.Clone();
        var right = new FixedPoint[dimension, dimension];
        FixedPoint determinant = 1.0;
        for (var index = 0; index < dimension; index++)
        {
            right[index, index] = 1.0;
        }

        for (var pivot = 0; pivot < dimension; pivot++)
        {
            var scale = left[pivot, pivot];
            determinant *= scale;
            for (var column = 0; column < dimension; column++)
            {
                left[pivot, column] /= scale;
                right[pivot, column] /= scale;
            }

            for (var row = 0; row < dimension; row++)
            {
                var weight = left[row, pivot];
                for (var column = 0; row != pivot && column < dimension; column++)
                {
                    left[row, column] -= weight * left[pivot, column];
                    right[row, column] -= weight * right[pivot, column];
                }
            }
        }

        return (right, determinant);
    }

    private static double[,] Product(double[,] left, double[,] right)
    {
        var dimension = left.GetLength(0);
        var product = new double[dimension, dimension];
        for (var row = 0; row < dimension; row++)
        {
            for (var column = 0; column < dimension; column++)
            {
                product[row, column] = Enumerable.Range(0, dimension).Sum(index => left[row, index] * right[index, column]);
            }
        }

        return product;
    }

    private static double[,] Map(FixedPoint[,] matrix, Func<FixedPoint, double> map)
    {
        var result = new double[matrix.GetLength(0), matrix.GetLength(1)];
        for (var row = 0; row < result.GetLength(0); row++)
        {
            for (var column = 0; column < result.GetLength(1); column++)
            {
                result[row, column] = map(matrix[row, column]);
            }
        }

        return result;
    }
}
