using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Norms;

[TestClass]
public sealed class NormTests
{
    public static IEnumerable<object[]> Orders =>
        new[] { 1, 1.01, 1.5, 2, 3, 7, 100, double.PositiveInfinity }.Select(p => new object[] { p });

    [TestMethod]
    [DynamicData(nameof(Orders))]
    public void SizesAreTheSumsThatDefineThem(double p)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor rows = TestNetworks.Normal([7, 2, 3]);

        double[] sizes = Norm.Lp(p).Measure(rows).data<double>().ToArray();

        double[] expected = [.. rows.flatten(1).data<double>().ToArray().Chunk(6).Select(row => Length(row, p))];
        CollectionAssert.AreEqual(new[] { 7L }, Norm.Lp(p).Measure(rows).shape);
        AssertClose(expected, sizes, 1e-13);
    }

    [TestMethod]
    public void L0CountsChangedFeatures()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor rows = torch.tensor(new float[,] { { 0, -3, 1e-30f, -0f }, { 0, 0, 0, 0 } });
        CollectionAssert.AreEqual(new[] { 2f, 0f }, Norm.L0.Measure(rows).data<float>().ToArray());
    }

    [TestMethod]
    [DynamicData(nameof(Orders))]
    public void TheSteepestDirectionHasSizeOneAndGainsTheDualNorm(double p)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor gradients = TestNetworks.Normal([50, 4, 5]);
        double dual = p == 1 ? double.PositiveInfinity : double.IsInfinity(p) ? 1 : p / (p - 1);

        Tensor direction = Norm.Lp(p).SteepestDirection(gradients);

        CollectionAssert.AreEqual(gradients.shape, direction.shape);
        double[][] g = [.. gradients.flatten(1).data<double>().ToArray().Chunk(20)];
        double[][] v = [.. direction.flatten(1).data<double>().ToArray().Chunk(20)];
        for (int row = 0; row < g.Length; row++)
        {
            Assert.AreEqual(1, Length(v[row], p), 1e-12);
            double expected = Length(g[row], dual);
            Assert.AreEqual(expected, g[row].Zip(v[row], (a, b) => a * b).Sum(), 1e-12 * expected);
        }
    }

    [TestMethod]
    [DynamicData(nameof(Orders))]
    public void TinyAndHugeGradientsGiveUnitDirectionsAndNoGradientGivesNone(double p)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor gradients = TestNetworks.Normal([4, 30], type: ScalarType.Float32);
        gradients[1].mul_(1e-30f);
        gradients[2].mul_(1e30f);
        gradients[3].zero_();

        Tensor direction = Norm.Lp(p).SteepestDirection(gradients);

        double[][] rows = [.. direction.to(ScalarType.Float64).data<double>().ToArray().Chunk(30)];
        Assert.AreEqual(1, Length(rows[0], p), 1e-5);
        Assert.AreEqual(1, Length(rows[1], p), 1e-5);
        Assert.AreEqual(1, Length(rows[2], p), 1e-5);
        Assert.IsTrue(rows[3].All(value => value == 0));
        Tensor scaled = Norm.Lp(p).SteepestDirection(gradients[1].unsqueeze(0) * 1e30f);
        AssertClose(scaled.to(ScalarType.Float64).data<double>().ToArray(), rows[1], 1e-4);
    }

    [TestMethod]
    public void SizesOfTinyAndHugePerturbationsDoNotUnderflowOrOverflow()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        foreach (double p in new[] { 1.5, 2, 3, 7 })
        {
            float[] sizes = Norm.Lp(p).Measure(torch.tensor(new[,] { { 3e-30f, 4e-30f }, { 3e30f, 4e30f } })).data<float>().ToArray();
            double expected = Length([3, 4], p);
            Assert.AreEqual(expected, sizes[0] / 1e-30, 1e-5 * expected);
            Assert.AreEqual(expected, sizes[1] / 1e30, 1e-5 * expected);
        }
    }

    [TestMethod]
    public void NamesAreReadBack()
    {
        foreach (Norm norm in new[] { Norm.L0, Norm.L1, Norm.L2, Norm.LInfinity, Norm.Lp(1.5), Norm.Lp(1e30), Norm.Lp(1 + double.Epsilon) })
        {
            Assert.AreEqual(norm, Norm.Parse(norm.Name));
            Assert.AreEqual(norm, Norm.Parse(" " + norm.Name.ToUpperInvariant()));
            Assert.AreEqual(norm.GetHashCode(), Norm.Parse(norm.Name).GetHashCode());
            Assert.AreEqual(norm.Name, norm.ToString());
        }

        CollectionAssert.AreEqual(
            new[] { "L0", "L1", "L2", "Linf", "L1.5" },
            new[] { Norm.L0, Norm.L1, Norm.L2, Norm.LInfinity, Norm.Lp(1.5) }.Select(norm => norm.Name).ToArray());
        Assert.AreEqual(Norm.LInfinity, Norm.Parse("L∞"));
        Assert.AreEqual(Norm.LInfinity, Norm.Parse("inf"));
        Assert.AreEqual(Norm.L2, Norm.Parse("2"));
        Assert.AreSame(Norm.L1, Norm.Lp(1));
        Assert.AreNotEqual(Norm.Lp(3), Norm.Lp(4));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("L")]
    [DataRow("L0.5")]
    [DataRow("L-1")]
    [DataRow("LNaN")]
    [DataRow("max")]
    [DataRow("L1,5")]
    public void OtherNamesAreRefused(string name) =>
        Assert.Contains(
            $"Unknown norm '{name}': expected L0, L1, L2, Linf or Lp",
            Assert.ThrowsExactly<FormatException>(() => Norm.Parse(name)).Message);

    [TestMethod]
    [DataRow(0.0)]
    [DataRow(0.99)]
    [DataRow(-1.0)]
    [DataRow(double.NaN)]
    public void OrdersBelowOneAreRefused(double p) => Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Norm.Lp(p));

    internal static double Length(IEnumerable<double> row, double p)
    {
        double largest = row.Max(Math.Abs);
        return largest == 0 || double.IsInfinity(p)
            ? largest
            : largest * Math.Pow(row.Sum(value => Math.Pow(Math.Abs(value) / largest, p)), 1 / p);
    }

    private static void AssertClose(double[] expected, double[] actual, double relative)
    {
        Assert.HasCount(expected.Length, actual);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], actual[i], relative * Math.Abs(expected[i]));
        }
    }
}
