using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors;

[TestClass]
public sealed class LogitDetectorTests
{
    private static readonly (LogitDetector Detector, Func<double[], double> Definition)[] Table =
    [
        (new MaximumSoftmaxProbability(), logits => 1 - NaiveNetwork.Softmax(logits).Max()),
        (new LogitMargin(), logits => logits.OrderDescending().ElementAt(1) - logits.Max()),
        (new PredictiveEntropy(), logits => -NaiveNetwork.Softmax(logits).Sum(p => p * Math.Log(p))),
        (new Energy(), logits => -Math.Log(logits.Sum(Math.Exp))),
        (new Energy { Temperature = 2.5 }, logits => -2.5 * Math.Log(logits.Sum(logit => Math.Exp(logit / 2.5)))),
    ];

    public static IEnumerable<object[]> Indices => Enumerable.Range(0, Table.Length).Select(index => new object[] { index });

    [TestMethod]
    [DynamicData(nameof(Indices))]
    public void ScoresAreThoseOfTheDefinition(int index)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        (LogitDetector detector, Func<double[], double> definition) = Table[index];
        foreach (int classes in new[] { 2, 3, 10 })
        {
            Tensor logits = TestNetworks.Normal([40, classes], seed: (ulong)classes) * 3;

            double[] scores = detector.ScoreLogits(logits).data<double>().ToArray();

            double[][] rows = NaiveNetwork.Rows(logits);
            for (int row = 0; row < rows.Length; row++)
            {
                Assert.AreEqual(definition(rows[row]), scores[row], 1e-12, $"{classes} classes, row {row}");
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(Indices))]
    public void ACommonOffsetCountsWhereItIsSaidTo(int index)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        LogitDetector detector = Table[index].Detector;
        Tensor logits = TestNetworks.Normal([20, 4]) * 3;

        double change = (detector.ScoreLogits(logits + 7) - detector.ScoreLogits(logits)).abs().max().item<double>();

        Assert.AreEqual(detector.DependsOnOffset ? 7 : 0, change, 1e-9);
    }

    /// <summary>1 − p rounds to 0 in float64 from a margin of 37 on, and in float32 from 17 on.</summary>
    [TestMethod]
    [DataRow(17.0)]
    [DataRow(50.0)]
    [DataRow(80.0)]
    public void SaturatedRowsKeepTheirDigits(double margin)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor logits = torch.tensor([1 + margin, 1, 0.5, -200], [1, 4]);
        double others = Math.Exp(-margin) * (1 + Math.Exp(-0.5));
        double entropy = others + (Math.Exp(-margin) * (margin + (Math.Exp(-0.5) * (margin + 0.5))));

        Assert.AreEqual(1, One(new MaximumSoftmaxProbability(), logits) / others, others + 1e-14);
        Assert.AreEqual(1, One(new PredictiveEntropy(), logits) / entropy, others + 1e-14);
        Assert.AreEqual(-margin, One(new LogitMargin(), logits), 1e-12);
        Assert.AreEqual(-1 - margin, One(new Energy(), logits), others + 1e-13);
        Tensor single = logits.to(ScalarType.Float32);
        Assert.AreEqual(1, new MaximumSoftmaxProbability().ScoreLogits(single).item<float>() / others, 1e-6);
        Assert.AreEqual(1, new PredictiveEntropy().ScoreLogits(single).item<float>() / entropy, 1e-6);
    }

    [TestMethod]
    public void AnImpossibleClassIsAsIfItWereNotThere()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor possible = torch.tensor([0.3, -0.7, 1.1], [1, 3]);
        Tensor withImpossible = torch.tensor([0.3, double.NegativeInfinity, -0.7, 1.1], [1, 4]);
        foreach ((LogitDetector detector, _) in Table)
        {
            Assert.AreEqual(One(detector, possible), One(detector, withImpossible), 1e-15, detector.ToString());
        }

        Tensor certain = torch.tensor([2, double.NegativeInfinity], [1, 2]);
        Assert.AreEqual(0, One(new MaximumSoftmaxProbability(), certain));
        Assert.AreEqual(0, One(new PredictiveEntropy(), certain));
        Assert.AreEqual(double.NegativeInfinity, One(new LogitMargin(), certain));
        Assert.AreEqual(-2, One(new Energy(), certain));
    }

    [TestMethod]
    public void OnANetworkTheyReadItsLogits()
    {
        using NaiveNetwork network = new();
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor inputs = TestNetworks.Uniform([30, 2, 4, 4], type: ScalarType.Float64);
        foreach ((LogitDetector detector, Func<double[], double> definition) in Table)
        {
            double[] scores = detector.On(network.Classifier).Score(inputs).data<double>().ToArray();
            double[] expected = [.. NaiveNetwork.Rows(inputs).Select(row => definition(network.Logits(row)))];
            CollectionAssert.AreEqual(
                expected.Select(score => Math.Round(score, 10)).ToArray(), scores.Select(score => Math.Round(score, 10)).ToArray());
        }
    }

    [TestMethod]
    public void WhatAreNoLogitsIsRefused()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        foreach (Tensor wrong in new[] { torch.zeros(3), torch.zeros(3, 1), torch.zeros([3, 2], ScalarType.Int64) })
        {
            ArgumentException e = Assert.ThrowsExactly<ArgumentException>(() => new Energy().ScoreLogits(wrong));
            Assert.StartsWith("Expected floating logits of shape [N, C] with at least 2 classes, got ", e.Message);
        }
    }

    private static double One(LogitDetector detector, Tensor logits) => detector.ScoreLogits(logits).item<double>();
}
