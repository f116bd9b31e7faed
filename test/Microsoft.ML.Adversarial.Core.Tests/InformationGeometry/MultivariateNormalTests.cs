using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.InformationGeometry;

[TestClass]
public sealed class MultivariateNormalTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(5)]
    public void TheInformationIsTheDefinitions(int dimension)
    {
        using var scope = torch.NewDisposeScope();
        var normal = Normal(dimension);
        var expected = NormalOracle.FisherInformation(Matrix(normal.CholeskyFactor()));

        var information = normal.FisherInformation();

        Assert.AreEqual(dimension + (dimension * (dimension + 1) / 2), normal.ParameterCount);
        CollectionAssert.AreEqual(new long[] { normal.ParameterCount, normal.ParameterCount }, information.shape);
        var scale = information.abs().max().item<double>();
        Assert.IsLessThan(1e-13 * scale, (information - torch.tensor(expected)).abs().max().item<double>());
        Assert.AreEqual(0, (information - information.t()).abs().max().item<double>(), 1e-14 * scale);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    [DataRow(10)]
    public void TheQuadraticFormIsThatOfTheMatrix(int dimension)
    {
        using var scope = torch.NewDisposeScope();
        var normal = Normal(dimension);
        for (var seed = 20UL; seed < 30; seed++)
        {
            var delta = TestNetworks.Normal([normal.ParameterCount], seed);
            var expected = delta.unsqueeze(0).mm(normal.FisherInformation()).mv(delta).item<double>();
            Assert.AreEqual(expected, normal.FisherQuadraticForm(delta), 1e-12 * expected);
        }
    }

    [TestMethod]
    public void OneDimensionIsTheUnivariateNormal()
    {
        using var scope = torch.NewDisposeScope();
        UnivariateNormal expected = new(-2, 0.3);
        MultivariateNormal normal = new(torch.tensor([-2.0]), torch.tensor(new[,] { { 0.3 } }));
        var samples = TestNetworks.Normal([9]);
        var delta = torch.tensor([0.2, 0.1]);

        AssertClose(expected.FisherInformation(), normal.FisherInformation());
        AssertClose(expected.LogDensity(samples), normal.LogDensity(samples.unsqueeze(1)));
        AssertClose(expected.Score(samples), normal.Score(samples.unsqueeze(1)));
        AssertClose(expected.Parameters(), normal.Parameters());
        Assert.AreEqual(expected.FisherQuadraticForm(delta), normal.FisherQuadraticForm(delta), 1e-14);
        Assert.AreEqual(
            expected.Shift(delta).KullbackLeiblerDivergence(expected), normal.Shift(delta).KullbackLeiblerDivergence(normal), 1e-14);
    }

    [TestMethod]
    [DataRow(2, 0.3)]
    [DataRow(4, 0.3)]
    [DataRow(4, 1e-3)]
    [DataRow(4, 1e-6)]
    [DataRow(4, 1e-9)]
    public void TheDivergenceIsTheTextbooks(int dimension, double size)
    {
        using var scope = torch.NewDisposeScope();
        var normal = Normal(dimension);
        var moved = normal.Shift(TestNetworks.Normal([normal.ParameterCount], 30) * size);

        foreach (var (one, other) in ((MultivariateNormal, MultivariateNormal)[])[(moved, normal), (normal, moved)])
        {
            var expected = NormalOracle.KullbackLeibler(
                [.. one.Mean().data<double>()],
                Matrix(one.CholeskyFactor()),
                [.. other.Mean().data<double>()],
                Matrix(other.CholeskyFactor()));
            Assert.AreEqual(expected, one.KullbackLeiblerDivergence(other), 1e-13 * expected);
            Assert.AreEqual(0, one.KullbackLeiblerDivergence(one));
        }
    }

    [TestMethod]
    [DataRow("mean")]
    [DataRow("scale")]
    [DataRow("both")]
    public void HalfTheQuadraticFormIsTheDivergenceOfASmallShiftInAHundredDimensions(string moves)
    {
        const int Dimension = 100;
        using var scope = torch.NewDisposeScope();
        var normal = Normal(Dimension);
        var direction = TestNetworks.Normal([normal.ParameterCount], 3);
        if (moves != "both")
        {
            direction.narrow(0, moves == "mean" ? Dimension : 0, moves == "mean" ? normal.ParameterCount - Dimension : Dimension).zero_();
        }

        direction.div_(Math.Sqrt(normal.FisherQuadraticForm(direction)));
        foreach (var size in (double[])[1e-2, 1e-4, 1e-6])
        {
            var delta = direction * size;
            var ratio = normal.Shift(delta).KullbackLeiblerDivergence(normal) / (0.5 * normal.FisherQuadraticForm(delta));
            Assert.AreEqual(1, ratio, (2 * size) + (1e-14 / size), $"Δ = {size}");
        }
    }

    [TestMethod]
    public void TheScoreIsTheGradientOfTheLogDensity()
    {
        const int Dimension = 4;
        using var scope = torch.NewDisposeScope();
        var normal = Normal(Dimension);
        var samples = TestNetworks.Normal([6, Dimension], 12) * 2;
        double[] mean = [.. normal.Mean().data<double>()];
        var scores = normal.Score(samples);
        var logDensities = normal.LogDensity(samples);
        for (var sample = 0; sample < 6; sample++)
        {
            double[] point = [.. samples[sample].data<double>()];
            var expected = NormalOracle.LogDensity(mean, Matrix(normal.CholeskyFactor()), point);
            Assert.AreEqual(expected, logDensities[sample].item<double>(), 1e-12 * Math.Abs(expected));
        }

        // Central differences in the parameters.
        const double Step = 1e-5;
        CollectionAssert.AreEqual(new long[] { 6, normal.ParameterCount }, scores.shape);
        for (var parameter = 0; parameter < normal.ParameterCount; parameter++)
        {
            var delta = torch.zeros([normal.ParameterCount], ScalarType.Float64);
            delta[parameter] = torch.tensor(Step);
            var slope = (normal.Shift(delta).LogDensity(samples) - normal.Shift(-delta).LogDensity(samples)) / (2 * Step);
            var tolerance = 1e-7 * (1 + scores.abs().max().item<double>());
            Assert.IsLessThan(tolerance, (slope - scores.select(1, parameter)).abs().max().item<double>(), $"parameter {parameter}");
        }
    }

    [TestMethod]
    public void SamplesHaveTheMeanAndTheCovariance()
    {
        const int Count = 100_000;
        const int Dimension = 3;
        using var scope = torch.NewDisposeScope();
        var normal = Normal(Dimension);
        using Generator first = new(7);
        using Generator second = new(7);

        var samples = normal.Sample(Count, first);

        CollectionAssert.AreEqual(SmallNetwork.Bits(samples), SmallNetwork.Bits(normal.Sample(Count, second)));
        var covariance = normal.CholeskyFactor().mm(normal.CholeskyFactor().t());
        var centred = samples - normal.Mean();
        var found = centred.t().mm(centred) / Count;
        var variances = covariance.diagonal();
        var meanError = (centred.mean([0]) / variances.sqrt()).abs().max().item<double>();
        Assert.IsLessThan(4 / Math.Sqrt(Count), meanError);
        var standardErrors = ((covariance.square() + variances.outer(variances)) / Count).sqrt();
        Assert.IsLessThan(4, ((found - covariance) / standardErrors).abs().max().item<double>());
    }

    [TestMethod]
    public void ParametersGoInAndOut()
    {
        using var scope = torch.NewDisposeScope();
        MultivariateNormal normal = new(torch.tensor([1.0, 2.0]), torch.tensor(new[,] { { 3.0, 0.0 }, { 4.0, 5.0 } }));
        CollectionAssert.AreEqual(new double[] { 1, 2, 3, 4, 5 }, normal.Parameters().data<double>().ToArray());
        var moved = normal.Shift(torch.tensor([10.0, 20, 30, 40, 50]));
        CollectionAssert.AreEqual(new double[] { 11, 22, 33, 44, 55 }, moved.Parameters().data<double>().ToArray());
        CollectionAssert.AreEqual(new double[] { 33, 0, 44, 55 }, moved.CholeskyFactor().data<double>().ToArray());

        // What is given out is the caller's.
        normal.Mean().fill_(0);
        normal.CholeskyFactor().fill_(0);
        CollectionAssert.AreEqual(new double[] { 1, 2, 3, 4, 5 }, normal.Parameters().data<double>().ToArray());
    }

    [TestMethod]
    public void WhatDoesNotFitIsRefused()
    {
        using var scope = torch.NewDisposeScope();
        var normal = Normal(2);
        var mean = torch.zeros(2);
        Assert.ThrowsExactly<ArgumentException>(() => new MultivariateNormal(torch.zeros(0), torch.zeros(0, 0)));
        Assert.ThrowsExactly<ArgumentException>(() => new MultivariateNormal(torch.zeros(2, 1), torch.eye(2)));
        Assert.ThrowsExactly<ArgumentException>(() => new MultivariateNormal(mean, torch.eye(3)));
        Assert.ThrowsExactly<ArgumentException>(() => new MultivariateNormal(torch.tensor([0, float.NaN]), torch.eye(2)));
        var upper = Assert.ThrowsExactly<ArgumentException>(
            () => new MultivariateNormal(mean, torch.tensor(new[,] { { 1.0, 0.5 }, { 0.5, 1 } })));
        Assert.Contains("Row 0, column 1", upper.Message);
        var diagonal = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => new MultivariateNormal(mean, torch.tensor(new[,] { { 1.0, 0 }, { 0.5, -1 } })));
        Assert.Contains("Row 1", diagonal.Message);
        Assert.ThrowsExactly<ArgumentException>(() => normal.Shift(torch.zeros(4)));
        Assert.ThrowsExactly<ArgumentException>(() => normal.Score(torch.zeros(4, 3)));
        Assert.ThrowsExactly<ArgumentException>(() => normal.KullbackLeiblerDivergence(Normal(3)));
    }

    [TestMethod]
    public void NothingIsLeftAndInferenceModeIsFine()
    {
        using Generator generator = new(1);
        using var mean = torch.zeros(3);
        using var factor = torch.eye(3);
        LiveTensors.AssertNoneLeft(() => Everything(new(mean, factor), generator));
        using var mode = torch.inference_mode();
        LiveTensors.AssertNoneLeft(() => Everything(new(mean, factor), generator));
    }

    private static Tensor[] Everything(MultivariateNormal normal, Generator generator)
    {
        var samples = normal.Sample(5, generator);
        var parameters = normal.Parameters();
        _ = normal.Shift(parameters).KullbackLeiblerDivergence(normal) + normal.FisherQuadraticForm(parameters);
        return
        [
            samples, parameters, normal.Mean(), normal.CholeskyFactor(), normal.LogDensity(samples), normal.Score(samples),
            normal.FisherInformation(),
        ];
    }

    /// <summary>A distribution with correlations and with scales between 0.5 and 2.</summary>
    internal static MultivariateNormal Normal(int dimension)
    {
        using var scope = torch.NewDisposeScope();
        var factor = (TestNetworks.Normal([dimension, dimension], 11) * (0.5 / Math.Sqrt(dimension))).tril(-1);
        factor.diagonal().copy_((TestNetworks.Uniform([dimension], 12, ScalarType.Float64) * 1.5) + 0.5);
        return new(TestNetworks.Normal([dimension], 10), factor);
    }

    private static double[,] Matrix(Tensor tensor) => (double[,])tensor.data<double>().ToNDArray();

    private static void AssertClose(Tensor expected, Tensor actual)
    {
        CollectionAssert.AreEqual(expected.shape, actual.shape);
        Assert.IsLessThan(1e-13, ((expected - actual) / (expected.abs() + 1)).abs().max().item<double>());
    }
}
