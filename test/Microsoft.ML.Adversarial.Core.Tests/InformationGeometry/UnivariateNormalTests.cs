using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.InformationGeometry;

[TestClass]
public sealed class UnivariateNormalTests
{
    private static readonly UnivariateNormal s_normal = new(1.5, 0.7);

    [TestMethod]
    public void TheInformationIsTheExpectedOuterProductOfTheScore()
    {
        using var scope = torch.NewDisposeScope();
        var expected = new double[4];
        foreach (var (point, weight) in Quadrature(s_normal))
        {
            var standardised = (point - s_normal.Mean) / s_normal.StandardDeviation;
            double[] score =
            [
                (point - s_normal.Mean) / Math.Pow(s_normal.StandardDeviation, 2),
                (Math.Pow(standardised, 2) - 1) / s_normal.StandardDeviation,
            ];
            for (var element = 0; element < 4; element++)
            {
                expected[element] += weight * score[element / 2] * score[element % 2];
            }
        }

        double[] information = [.. s_normal.FisherInformation().data<double>()];

        for (var element = 0; element < 4; element++)
        {
            Assert.AreEqual(expected[element], information[element], 1e-12, $"element {element}");
        }

        CollectionAssert.AreEqual(new long[] { 2, 2 }, s_normal.FisherInformation().shape);
        Assert.AreEqual(1 / 0.49, information[0], 1e-14);
        Assert.AreEqual(2 / 0.49, information[3], 1e-14);
    }

    [TestMethod]
    public void TheScoreIsTheGradientOfTheLogDensity()
    {
        using var scope = torch.NewDisposeScope();
        var samples = TestNetworks.Normal([20]) * 2;
        var parameters = s_normal.Parameters().requires_grad_();
        var (mean, deviation) = (parameters[0], parameters[1]);
        var logDensity = ((samples - mean) / deviation).square() * -0.5 - deviation.log() - (0.5 * Math.Log(2 * Math.PI));
        Assert.IsLessThan(1e-14, (logDensity - s_normal.LogDensity(samples)).abs().max().item<double>());

        var scores = s_normal.Score(samples);

        CollectionAssert.AreEqual(new long[] { 20, 2 }, scores.shape);
        for (var sample = 0L; sample < 20; sample++)
        {
            autograd.backward([logDensity[sample]], null, retain_graph: true, inputs: [parameters]);
            Assert.IsLessThan(1e-12, (parameters.grad! - scores[sample]).abs().max().item<double>(), $"sample {sample}");
            parameters.grad = null;
        }
    }

    [TestMethod]
    [DataRow(0.0, 1.0, 0.0, 1.0)]
    [DataRow(0.0, 1.0, 3.0, 1.0)]
    [DataRow(1.5, 0.7, -2.0, 2.5)]
    [DataRow(1.5, 2.5, -2.0, 0.7)]
    [DataRow(1.5, 0.7, 1.5, 1.0501)]
    [DataRow(0.0, 1e-9, 0.0, 1.0)]
    [DataRow(0.0, 1.0, 0.0, 1e-9)]
    [DataRow(1.5, 0.7001, 1.5001, 0.7)]
    [DataRow(1.5, 0.70000001, 1.5, 0.7)]
    [DataRow(1.5, 0.7, 1.50000001, 0.70000001)]
    [DataRow(0.0, 1.0, 0.0, 1.0000000000001)]
    public void TheDivergenceIsTheTextbooks(double mean, double deviation, double otherMean, double otherDeviation)
    {
        var expected = NormalOracle.KullbackLeibler(
            [mean], new[,] { { deviation } }, [otherMean], new[,] { { otherDeviation } });

        var divergence = new UnivariateNormal(mean, deviation).KullbackLeiblerDivergence(new(otherMean, otherDeviation));

        Assert.AreEqual(expected, divergence, 1e-14 * expected);
    }

    [TestMethod]
    public void TheDivergenceIsTheExpectedLogRatio()
    {
        UnivariateNormal other = new(-0.5, 1.2);
        using var scope = torch.NewDisposeScope();
        (double Point, double Weight)[] rule = [.. Quadrature(s_normal)];
        var points = torch.tensor(rule.Select(pair => pair.Point).ToArray());
        var weights = torch.tensor(rule.Select(pair => pair.Weight).ToArray());
        var expected = (weights * (s_normal.LogDensity(points) - other.LogDensity(points))).sum().item<double>();
        Assert.AreEqual(expected, s_normal.KullbackLeiblerDivergence(other), 1e-12);
    }

    [TestMethod]
    [DataRow(1.0, 0.0)]
    [DataRow(0.0, 1.0)]
    [DataRow(-0.6, 0.8)]
    public void HalfTheQuadraticFormIsTheDivergenceOfASmallShift(double mean, double deviation)
    {
        using var scope = torch.NewDisposeScope();
        foreach (var size in (double[])[1e-2, 1e-4, 1e-6])
        {
            var delta = torch.tensor([size * mean, size * deviation]);
            var form = s_normal.FisherQuadraticForm(delta);
            Assert.AreEqual(form, delta.unsqueeze(0).mm(s_normal.FisherInformation()).mv(delta).item<double>(), 1e-14 * form);
            var ratio = s_normal.Shift(delta).KullbackLeiblerDivergence(s_normal) / (0.5 * form);
            Assert.AreEqual(1, ratio, (2 * size) + (1e-15 / size), $"Δ = {size}");
        }
    }

    [TestMethod]
    public void SamplesAreTheGeneratorsAndDistributedAsStated()
    {
        const int Count = 100_000;
        using var scope = torch.NewDisposeScope();
        using var nothing = TorchSharp.torch.nn.Identity();
        Untouched untouched = new(nothing);
        using Generator first = new(7);
        using Generator second = new(7);

        var samples = s_normal.Sample(Count, first);

        untouched.Verify();
        CollectionAssert.AreEqual(SmallNetwork.Bits(samples), SmallNetwork.Bits(s_normal.Sample(Count, second)));
        CollectionAssert.AreNotEqual(SmallNetwork.Bits(samples), SmallNetwork.Bits(s_normal.Sample(Count, second)));
        Assert.AreEqual(1.5, samples.mean().item<double>(), 4 * 0.7 / Math.Sqrt(Count));
        Assert.AreEqual(0.7, samples.std().item<double>(), 4 * 0.7 / Math.Sqrt(2 * Count));
        Assert.AreEqual(ScalarType.Float64, samples.dtype);
        CollectionAssert.AreEqual(new long[] { 0 }, s_normal.Sample(0, first).shape);
    }

    [TestMethod]
    public void WhatIsOutOfRangeIsRefused()
    {
        using var scope = torch.NewDisposeScope();
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new UnivariateNormal(double.NaN, 1));
        foreach (var deviation in (double[])[0, -1, double.NaN, double.PositiveInfinity])
        {
            var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new UnivariateNormal(0, deviation));
            Assert.Contains("above 0", error.Message);
        }

        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => s_normal.Shift(torch.tensor([0, -0.7])));
        Assert.ThrowsExactly<ArgumentException>(() => s_normal.Shift(torch.zeros(3)));
        Assert.ThrowsExactly<ArgumentException>(() => s_normal.FisherQuadraticForm(torch.tensor([double.NaN, 0])));
        Assert.ThrowsExactly<ArgumentException>(() => s_normal.Score(torch.zeros(3, 1)));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => s_normal.Sample(-1, new Generator(1)));
    }

    [TestMethod]
    public void NothingIsLeftAndInferenceModeIsFine()
    {
        using Generator generator = new(1);
        LiveTensors.AssertNoneLeft(() => Everything(generator));
        using var mode = torch.inference_mode();
        LiveTensors.AssertNoneLeft(() => Everything(generator));
    }

    private static Tensor[] Everything(Generator generator)
    {
        var samples = s_normal.Sample(5, generator);
        var parameters = s_normal.Parameters();
        _ = s_normal.Shift(parameters).KullbackLeiblerDivergence(s_normal) + s_normal.FisherQuadraticForm(parameters);
        return [samples, parameters, s_normal.LogDensity(samples), s_normal.Score(samples), s_normal.FisherInformation()];
    }

    // The trapezoidal rule converges faster than any power on densities that decay like this.
    private static IEnumerable<(double Point, double Weight)> Quadrature(UnivariateNormal normal)
    {
        const double Step = 1 / 16.0;
        for (var index = -200; index <= 200; index++)
        {
            var standardised = index * Step;
            var weight = Step * Math.Exp(-0.5 * standardised * standardised) / Math.Sqrt(2 * Math.PI);
            yield return (normal.Mean + (normal.StandardDeviation * standardised), weight);
        }
    }
}
