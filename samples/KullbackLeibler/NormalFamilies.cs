using Microsoft.ML.Adversarial.InformationGeometry;
using TorchSharp;
using static TorchSharp.torch;

namespace KullbackLeibler;

/// <summary>Normal distributions whose mean, scale, or both move along a random direction of length 1.</summary>
internal static class NormalFamilies
{
    private static readonly string[] s_moves = ["mean", "scale", "both"];

    public static UnivariateNormal Univariate() => new(mean: 0.5, standardDeviation: 0.8);

    /// <summary>A distribution with correlations and with scales between 0.5 and 1.5.</summary>
    public static MultivariateNormal Multivariate(int dimension, Generator generator)
    {
        using var scope = torch.NewDisposeScope();
        var below = (randn([dimension, dimension], float64, generator: generator) * (0.3 / Math.Sqrt(dimension))).tril(-1);
        var scales = rand([dimension], float64, generator: generator) + 0.5;
        return new(randn([dimension], float64, generator: generator), below + diag(scales));
    }

    public static IEnumerable<Family> OfUnivariate(string name, UnivariateNormal normal, Generator generator) => s_moves.Select(moves =>
    {
        var direction = Direction(2, 1, moves, generator);
        return new Family(
            name,
            moves,
            size => normal.Shift(direction * size).KullbackLeiblerDivergence(normal),
            size => normal.FisherQuadraticForm(direction * size));
    });

    public static IEnumerable<Family> OfMultivariate(string name, MultivariateNormal normal, Generator generator) => s_moves.Select(moves =>
    {
        var direction = Direction(normal.ParameterCount, normal.Dimension, moves, generator);
        return new Family(
            name,
            moves,
            size => normal.Shift(direction * size).KullbackLeiblerDivergence(normal),
            size => normal.FisherQuadraticForm(direction * size));
    });

    // The parameters of the mean come first.
    private static Tensor Direction(int parameters, int dimension, string moves, Generator generator)
    {
        var direction = randn([parameters], float64, generator: generator);
        if (moves == "mean")
            direction.narrow(0, dimension, parameters - dimension).zero_();
        if (moves == "scale")
            direction.narrow(0, 0, dimension).zero_();
        return direction / direction.norm();
    }
}
