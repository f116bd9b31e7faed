using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.InformationGeometry;

/// <summary>The lower triangle of a square matrix as a vector, row by row: (0,0), (1,0), (1,1), (2,0), …</summary>
internal static class LowerTriangle
{
    public static int Length(int dimension) => checked(dimension * (dimension + 1) / 2);

    /// <summary>The row and the column of every element of the vector, shape [d(d+1)/2] each.</summary>
    public static (Tensor Rows, Tensor Columns) Indices(int dimension)
    {
        var indices = tril_indices(dimension, dimension, 0, ScalarType.Int64);
        return (indices[0], indices[1]);
    }

    /// <summary>The matrix [d, d] of a vector of values, with zeros above its diagonal.</summary>
    public static double[] Unpack(ReadOnlySpan<double> packed, int dimension)
    {
        var matrix = new double[dimension * dimension];
        for (var (row, start) = (0, 0); row < dimension; start += ++row)
        {
            packed.Slice(start, row + 1).CopyTo(matrix.AsSpan(row * dimension));
        }

        return matrix;
    }

    /// <summary>The vector of a matrix [d, d] in row-major order.</summary>
    public static double[] Pack(ReadOnlySpan<double> matrix, int dimension)
    {
        var packed = new double[Length(dimension)];
        for (var (row, start) = (0, 0); row < dimension; start += ++row)
        {
            matrix.Slice(row * dimension, row + 1).CopyTo(packed.AsSpan(start));
        }

        return packed;
    }
}
