using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.InformationGeometry;

[TestClass]
public sealed class CategoricalDivergenceTests
{
    private static readonly double[][] s_logits =
    [
        [0, 0],
        [0.3, -0.7, 1.1],
        [3, -2, 0.5, 0.25, -1],
        [0, -30, -40],
        [250, 200, -300],
        [1e3, 1e3, 0],
    ];

    private static readonly double[] s_direction = [0.7, -1.3, 0.4, 2.1, -0.2];

    public static IEnumerable<object[]> Cases() =>
        from logits in s_logits
        from size in (double[])[100, 10, 3, 1, 0.5, 0.1, 1e-2, 1e-4, 1e-6, 1e-8, 1e-10]
        select new object[] { logits, size };

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void TheDivergenceIsTheDefinitions(double[] reference, double size)
    {
        double[] moved = [.. reference.Zip(s_direction, (logit, change) => logit + (size * change))];

        var divergence = Divergence(moved, reference);

        var expected = Expected(moved, reference);
        Assert.AreEqual(expected, divergence, 2e-14 * expected);
    }

    [TestMethod]
    public void LogitsThatMoveTogetherMoveNothing()
    {
        foreach (var logits in s_logits)
        {
            Assert.AreEqual(0, Divergence(logits, logits));
            Assert.AreEqual(0, Divergence([.. logits.Select(logit => logit + 8)], logits));
        }
    }

    [TestMethod]
    public void ClassesThatAreRuledOut()
    {
        const double Never = double.NegativeInfinity;
        Assert.AreEqual(double.PositiveInfinity, Divergence([0, 0, 1], [0, 0, Never]));
        Assert.AreEqual(Math.Log(1.5), Divergence([0, 0, Never], [0, 0, 0]), 1e-15, "⅔ of the mass stays");
        Assert.AreEqual(Math.Log(3), Divergence([Never, Never, 0], [0, 0, 0]), 1e-15);
        Assert.AreEqual(Math.Log(2), Divergence([Never, 0, Never], [0, 0, Never]), 1e-15);
        Assert.AreEqual(Expected([1e-6, 0], [0, 0]), Divergence([1e-6, 0, Never], [0, 0, Never]), 1e-26);
    }

    [TestMethod]
    public void RowsAreApart()
    {
        using var scope = torch.NewDisposeScope();
        var reference = TestNetworks.Normal([40, 5], 1) * 4;
        var logits = reference + (TestNetworks.Normal([40, 5], 2) * TestNetworks.Uniform([40, 1], 3, ScalarType.Float64).pow(6));

        double[] together = [.. CategoricalDivergence.OfLogits(logits, reference).data<double>()];

        for (var row = 0; row < together.Length; row++)
        {
            double[] one = [.. logits[row].data<double>()];
            double[] other = [.. reference[row].data<double>()];
            Assert.AreEqual(Expected(one, other), together[row], 1e-13 * together[row], $"row {row}");
        }
    }

    /// <summary>Σ p (ln p − ln q) as it is written, with 150 decimals.</summary>
    internal static double Expected(double[] logits, double[] reference)
    {
        var (own, other) = (LogProbabilities(logits), LogProbabilities(reference));
        return (double)FixedPoint.Sum(own.Zip(other, (p, q) => FixedPoint.Exp(p) * (p - q)));
    }

    private static FixedPoint[] LogProbabilities(double[] logits)
    {
        var largest = logits.Max();
        FixedPoint[] shifted = [.. logits.Select(logit => (FixedPoint)logit - largest)];
        var normaliser = FixedPoint.Log(FixedPoint.Sum(shifted.Select(FixedPoint.Exp)));
        return [.. shifted.Select(logit => logit - normaliser)];
    }

    private static double Divergence(double[] logits, double[] reference)
    {
        using var scope = torch.NewDisposeScope();
        return CategoricalDivergence.OfLogits(torch.tensor(logits).unsqueeze(0), torch.tensor(reference).unsqueeze(0)).item<double>();
    }
}
