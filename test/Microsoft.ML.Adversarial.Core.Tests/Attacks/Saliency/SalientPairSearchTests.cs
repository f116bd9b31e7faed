using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Saliency;

/// <summary>The search against a look at every pair.</summary>
[TestClass]
public sealed class SalientPairSearchTests
{
    private const int Draws = 300;

    [TestMethod]
    [DataRow(40, 0.0, DisplayName = "independent")]
    [DataRow(40, 0.999, DisplayName = "gains are losses")]
    [DataRow(40, -0.999, DisplayName = "gains are the losses' negative, nearly")]
    [DataRow(40, -1.0, DisplayName = "gains are the losses' negative: no pair")]
    [DataRow(2, 0.0, DisplayName = "two features")]
    [DataRow(1, 0.0, DisplayName = "one feature")]
    public void ItFindsThePairThatALookAtAllPairsFinds(int features, double correlation)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        SalientPairSearch search = new(features);
        int found = 0;
        for (ulong draw = 0; draw < Draws; draw++)
        {
            Tensor gains = TestNetworks.Normal([features], 2 * draw);
            Tensor losses = (gains * correlation) + (TestNetworks.Normal([features], (2 * draw) + 1) * Math.Sqrt(1 - (correlation * correlation)));
            // Every third draw on a coarse grid, where features are as good as others.
            found += Compare(search, draw % 3 == 0 ? gains.round() : gains, draw % 3 == 0 ? losses.round() : losses, draw);
        }

        Assert.AreEqual(features > 1 && correlation > -1, found > Draws / 20);
    }

    [TestMethod]
    public void WhatIsNotANumberIsNotChosen()
    {
        SalientPair best = new SalientPairSearch(4).Best([double.NaN, 1, 2, 3], [1, 1, double.NaN, 1], [true, true, true, true]);
        Assert.AreEqual((4 * 2, (1, 3)), (best.Saliency, (Math.Min(best.First, best.Second), Math.Max(best.First, best.Second))));
    }

    private static int Compare(SalientPairSearch search, Tensor gains, Tensor losses, ulong draw)
    {
        double[] gain = gains.data<double>().ToArray();
        double[] loss = losses.data<double>().ToArray();
        bool[] free = TestNetworks.Uniform([gain.Length], draw).data<float>().Select(value => value < 0.8 || draw % 2 == 0).ToArray();

        double expected = 0;
        for (int first = 0; first < gain.Length; first++)
        {
            for (int second = 0; second < first; second++)
            {
                (double alpha, double beta) = (gain[first] + gain[second], loss[first] + loss[second]);
                expected = free[first] && free[second] && alpha > 0 && beta > 0 ? Math.Max(expected, alpha * beta) : expected;
            }
        }

        SalientPair best = search.Best(gain, loss, free);
        Assert.AreEqual(expected, best.Saliency, $"draw {draw}");
        if (expected > 0)
        {
            Assert.IsTrue(best.First != best.Second && free[best.First] && free[best.Second]);
            Assert.AreEqual(expected, (gain[best.First] + gain[best.Second]) * (loss[best.First] + loss[best.Second]));
        }

        return expected > 0 ? 1 : 0;
    }
}
