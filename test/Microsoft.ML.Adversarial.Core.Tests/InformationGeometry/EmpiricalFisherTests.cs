using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.InformationGeometry;

[TestClass]
public sealed class EmpiricalFisherTests
{
    [TestMethod]
    public void ItIsTheAverageOfOuterProductsOfSingleScores()
    {
        using var scope = torch.NewDisposeScope();
        var scores = torch.tensor(new[,] { { 1.0, 2 }, { -1, 3 }, { 0, -5 } });

        double[] information = [.. EmpiricalFisher.Information(scores).data<double>()];

        // The outer product of the summed score would be 0.
        CollectionAssert.AreEqual(new[] { 2 / 3.0, -1 / 3.0, -1 / 3.0, 38 / 3.0 }, information);
        Assert.AreEqual((9 + 4 + 25) / 3.0, EmpiricalFisher.QuadraticForm(scores, torch.tensor([1.0, 1.0])), 1e-14);
    }

    [TestMethod]
    [DataRow("univariate")]
    [DataRow("multivariate")]
    public void ItConvergesToTheExactInformationLikeOneOverTheRoot(string family)
    {
        const int Repetitions = 40;
        const int Few = 250;
        const int Growth = 16;
        using var scope = torch.NewDisposeScope();
        using Generator generator = new(3);
        UnivariateNormal univariate = new(-1, 0.5);
        var multivariate = MultivariateNormalTests.Normal(3);
        var exact = family == "univariate" ? univariate.FisherInformation() : multivariate.FisherInformation();
        Tensor Scores(int count) => family == "univariate"
            ? univariate.Score(univariate.Sample(count, generator))
            : multivariate.Score(multivariate.Sample(count, generator));

        double[] errors = [0, 0];
        double[] errorsOfSummed = [0, 0];
        for (var repetition = 0; repetition < Repetitions; repetition++)
        {
            using var round = torch.NewDisposeScope();
            for (var size = 0; size < 2; size++)
            {
                var scores = Scores(size == 0 ? Few : Few * Growth);
                errors[size] += SquaredError(EmpiricalFisher.Information(scores));
                var sum = scores.sum(dim: 0);
                errorsOfSummed[size] += SquaredError(sum.outer(sum) / scores.shape[0]);
            }
        }

        // Sixteen times the samples, a quarter of the error; forty repetitions leave some 15 % of uncertainty.
        Assert.AreEqual(4, Math.Sqrt(errors[0] / errors[1]), 1.2);
        Assert.AreEqual(1, Math.Sqrt(errorsOfSummed[0] / errorsOfSummed[1]), 0.5, "the summed score's error does not fall");

        double SquaredError(Tensor information) => (information - exact).square().sum().item<double>();
    }

    [TestMethod]
    public void ItLiesWithinItsStandardErrors()
    {
        const int Count = 200_000;
        using var scope = torch.NewDisposeScope();
        using Generator generator = new(5);
        var normal = MultivariateNormalTests.Normal(3);
        var scores = normal.Score(normal.Sample(Count, generator));
        var information = EmpiricalFisher.Information(scores);
        var secondMoments = scores.square().t().mm(scores.square()) / Count;
        var standardErrors = ((secondMoments - information.square()) / Count).sqrt();

        var deviation = ((information - normal.FisherInformation()) / standardErrors).abs().max().item<double>();
        Assert.IsLessThan(4.5, deviation);
        Assert.IsGreaterThan(0.1, deviation, "the standard errors mean nothing");

        var delta = TestNetworks.Normal([normal.ParameterCount], 4);
        var form = delta.unsqueeze(0).mm(information).mv(delta).item<double>();
        Assert.AreEqual(form, EmpiricalFisher.QuadraticForm(scores, delta), 1e-12 * form);
    }

    [TestMethod]
    public void WhatDoesNotFitIsRefused()
    {
        using var scope = torch.NewDisposeScope();
        Assert.ThrowsExactly<ArgumentException>(() => EmpiricalFisher.Information(torch.zeros(3)));
        Assert.ThrowsExactly<ArgumentException>(() => EmpiricalFisher.Information(torch.zeros(0, 3)));
        Assert.ThrowsExactly<ArgumentException>(() => EmpiricalFisher.QuadraticForm(torch.zeros(2, 3), torch.zeros(2)));
        var error = Assert.ThrowsExactly<AdversarialInputException>(
            () => EmpiricalFisher.Information(torch.tensor(new[,] { { 1.0, 2 }, { 3, double.NaN } })));
        Assert.AreEqual(1, error.Row);
    }

    [TestMethod]
    public void NothingIsLeft()
    {
        using var scores = TestNetworks.Normal([7, 3]);
        using var delta = TestNetworks.Normal([3]);
        LiveTensors.AssertNoneLeft(() =>
        {
            _ = EmpiricalFisher.QuadraticForm(scores, delta);
            return [EmpiricalFisher.Information(scores)];
        });
    }
}
