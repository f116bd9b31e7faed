using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Norms;

[TestClass]
public sealed class ProjectionTests
{
    private const int Features = 12;

    public static IEnumerable<object[]> Balls =>
        from name in new[] { "L1", "L1.01", "L1.5", "L2", "L3", "L7", "L20", "L100", "Linf" }
        from epsilon in new[] { 1e-3, 0.5, 3 }
        select new object[] { name, epsilon };

    public static IEnumerable<object[]> Norms =>
        Balls.Select(ball => ball[0]).Append("L0").Distinct().Select(name => new object[] { name });

    [TestMethod]
    [DynamicData(nameof(Balls))]
    public void TheResultIsTheNearestPointOfTheBall(string name, double epsilon)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Norm norm = Norm.Parse(name);
        Tensor points = TestNetworks.Normal([40, 3, 4]) * TestNetworks.Uniform([40, 1, 1], type: ScalarType.Float64);

        Tensor nearest = norm.Project(points, epsilon);

        Assert.IsLessThanOrEqualTo(epsilon * (1 + 1e-12), norm.Measure(nearest).max().item<double>(), "outside the ball");
        // v is the nearest point of a convex set exactly where (u − v)ᵀ(w − v) ≤ 0 for every w of the set. The largest (u − v)ᵀw of the
        // ball is ε times the dual norm.
        Tensor rest = points - nearest;
        Tensor furthest = norm.SteepestDirection(rest) * epsilon;
        double largest = (rest * (furthest - nearest)).flatten(1).sum(1).max().item<double>();
        Assert.IsLessThan(1e-9 * Math.Max(epsilon, 1e-3), largest, "a point of the ball is nearer");
    }

    [TestMethod]
    [DynamicData(nameof(Balls))]
    public void NoRandomPointOfTheBallIsNearer(string name, double epsilon)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Norm norm = Norm.Parse(name);
        Tensor points = TestNetworks.Normal([20, Features], seed: 7);
        Tensor distance = Norm.L2.Measure(points - norm.Project(points, epsilon));
        for (ulong seed = 0; seed < 50; seed++)
        {
            Tensor direction = TestNetworks.Normal([20, Features], seed);
            Tensor other = direction / norm.Measure(direction).unsqueeze(1) * epsilon;
            Assert.IsTrue(Norm.L2.Measure(points - other).greater_equal(distance - 1e-12).all().item<bool>());
        }
    }

    [TestMethod]
    [DynamicData(nameof(Norms))]
    public void PointsOfTheBallStayBitForBitAndOthersComeToRest(string name)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Norm norm = Norm.Parse(name);
        double epsilon = norm == Norm.L0 ? 3 : 0.7;
        foreach (ScalarType type in new[] { ScalarType.Float32, ScalarType.Float64 })
        {
            Tensor points = TestNetworks.Normal([20, Features], type: type);
            Tensor inside = norm == Norm.L0
                ? (points * torch.arange(Features).less(3)) + 0
                : points * (epsilon * 0.99) / norm.Measure(points).unsqueeze(1);
            CollectionAssert.AreEqual(SmallNetwork.Bits(inside), SmallNetwork.Bits(norm.Project(inside, epsilon)), "a point inside moved");

            Tensor once = norm.Project(points, epsilon);
            Assert.AreEqual(type, once.dtype);
            double again = (norm.Project(once, epsilon) - once).abs().max().to(ScalarType.Float64).item<double>();
            Assert.IsLessThan(type == ScalarType.Float32 ? 3e-7 : 1e-12, again, "projecting twice moved");
            CollectionAssert.AreEqual(
                SmallNetwork.Bits(torch.zeros_like(points)), SmallNetwork.Bits(norm.Project(points, 0).abs()), "ε = 0");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Norms))]
    public void LongFloat32RowsKeepToTheBudget(string name)
    {
        // The features of a 224 × 224 colour image: sums of that many float32 lose digits.
        using DisposeScope scope = torch.NewDisposeScope();
        Norm norm = Norm.Parse(name);
        double epsilon = norm == Norm.L0 ? 50 : 8;
        Tensor points = TestNetworks.Uniform([2, 3, 224, 224]) - 0.3f;

        Tensor nearest = norm.Project(points, epsilon);

        Tensor before = norm.Measure(points.to(ScalarType.Float64));
        Tensor after = norm.Measure(nearest.to(ScalarType.Float64));
        Assert.IsLessThan(epsilon * 1e-5, (after - before.clamp(max: epsilon)).abs().max().item<double>());
    }

    [TestMethod]
    public void L1IsTheSoftThresholdThatBisectionFinds()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        double[][] rows = [.. TestNetworks.Normal([30, Features]).data<double>().ToArray().Chunk(Features)];
        foreach (double[] row in rows)
        {
            (double low, double high) = (0, 10);
            for (int halving = 0; halving < 100; halving++)
            {
                double middle = (low + high) / 2;
                (low, high) = row.Sum(value => Math.Max(Math.Abs(value) - middle, 0)) > 0.8 ? (middle, high) : (low, middle);
            }

            double[] actual = Norm.L1.Project(torch.tensor(row).unsqueeze(0), 0.8).data<double>().ToArray();
            for (int feature = 0; feature < Features; feature++)
            {
                Assert.AreEqual(Math.Sign(row[feature]) * Math.Max(Math.Abs(row[feature]) - high, 0), actual[feature], 1e-12);
            }
        }
    }

    [TestMethod]
    public void L0KeepsTheLargestChanges()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor rows = torch.tensor(new float[,] { { 1, -5, 3, 0 }, { 0, 0, 0.5f, 0 } });
        CollectionAssert.AreEqual(new float[] { 0, -5, 3, 0, 0, 0, 0.5f, 0 }, Norm.L0.Project(rows, 2).data<float>().ToArray());
        CollectionAssert.AreEqual(new float[] { 0, -5, 0, 0, 0, 0, 0.5f, 0 }, Norm.L0.Project(rows, 1.99).data<float>().ToArray());
        CollectionAssert.AreEqual(new float[8], Norm.L0.Project(rows, 0.5).data<float>().ToArray());
        CollectionAssert.AreEqual(rows.data<float>().ToArray(), Norm.L0.Project(rows, 1e9).data<float>().ToArray());
    }

    [TestMethod]
    [DynamicData(nameof(Norms))]
    public void ARadiusBelowZeroOrNaNIsRefused(string name)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor points = torch.zeros(1, 2);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Norm.Parse(name).Project(points, -1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Norm.Parse(name).Project(points, double.NaN));
    }
}
