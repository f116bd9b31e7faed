namespace Microsoft.ML.Adversarial.Attacks.RandomSearch;

/// <summary>
/// The change that the Square attack tries in a window for L2 and L1: one half up, the other down, each highest in its middle
/// (arXiv:1912.00049, equation 2). Its values of a window, row after row.
/// </summary>
/// <param name="power">How fast it falls off: 2 with L2, 4 with L1.</param>
/// <param name="measure">What each half, and the whole, is 1 long in.</param>
internal sealed class Bump(int power, Func<double[], double> measure)
{
    private readonly Dictionary<(int Height, int Width, bool SideBySide), double[]> _made = [];

    /// <param name="height">Height of the window.</param>
    /// <param name="width">Width of the window.</param>
    /// <param name="sideBySide">Whether the halves lie beside each other rather than above each other.</param>
    public double[] Of(int height, int width, bool sideBySide)
    {
        if (!_made.TryGetValue((height, width, sideBySide), out var values))
        {
            values = sideBySide ? Transposed(Halves(width, height), width, height) : Halves(height, width);
            _made[(height, width, sideBySide)] = values;
        }

        return values;
    }

    private static double[] Transposed(double[] values, int height, int width) =>
        [.. Enumerable.Range(0, values.Length).Select(index => values[(index % height * width) + (index / height)])];

    private double[] Halves(int height, int width) => Scaled(
        [.. Half(height / 2, width), .. Half(height - (height / 2), width).Select(value => -value)]);

    private double[] Half(int height, int width)
    {
        var rings = Math.Max(height, width) / 2;
        return Scaled(
        [
            .. from row in Enumerable.Range(0, height)
               from column in Enumerable.Range(0, width)
               let distance = Math.Max(Math.Abs(row - (height / 2)), Math.Abs(column - (width / 2)))
               select Enumerable.Range(distance, rings - distance + 1).Sum(ring => Math.Pow(ring + 1, -power)),
        ]);
    }

    private double[] Scaled(double[] values)
    {
        var length = measure(values);
        return length == 0 ? values : [.. values.Select(value => value / length)];
    }
}
