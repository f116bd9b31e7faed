using Microsoft.ML.Adversarial.Norms;

namespace Microsoft.ML.Adversarial.Attacks.AdaptiveSteps;

[TestClass]
public sealed class L1BoxProjectionTests
{
    [TestMethod]
    [DataRow(1, 0.5)]
    [DataRow(7, 2.0)]
    [DataRow(40, 3.0)]
    [DataRow(40, 1000.0)]
    [DataRow(300, 0.0)]
    public void ThePointIsTheNearestOneOfTheBallAndTheBounds(int features, double radius)
    {
        Random random = new(features);
        double[] lower = [.. Enumerable.Range(0, features).Select(feature => feature % 5 == 0 ? double.NegativeInfinity : -random.NextDouble())];
        double[] upper = [.. Enumerable.Range(0, features).Select(feature => feature % 7 == 0 ? double.PositiveInfinity : 1 + random.NextDouble())];
        double[] origin = [.. Enumerable.Range(0, features).Select(_ => random.NextDouble())];
        double[] point = [.. origin.Select(value => value + (4 * (random.NextDouble() - 0.5)))];
        double[] expected = Bisection(point, origin, lower, upper, radius);

        new L1BoxProjection<double>(lower, upper).Apply(point, origin, radius);

        for (int feature = 0; feature < features; feature++)
        {
            Assert.AreEqual(expected[feature], point[feature], 1e-9, $"feature {feature}");
        }
    }

    // Changes shrink by λ and stop at their bounds; λ is found to the last digit by halving.
    private static double[] Bisection(double[] point, double[] origin, double[] lower, double[] upper, double radius)
    {
        double[] Shrunk(double by) => [.. point.Select((value, feature) => Math.Clamp(
            origin[feature] + (Math.Sign(value - origin[feature]) * Math.Max(Math.Abs(value - origin[feature]) - by, 0)), lower[feature], upper[feature]))];
        double Length(double by) => Shrunk(by).Zip(origin, (value, start) => Math.Abs(value - start)).Sum();
        var (least, greatest) = (0.0, 10.0);
        for (int halving = 0; halving < 200 && Length(0) > radius; halving++)
        {
            double middle = (least + greatest) / 2;
            (least, greatest) = Length(middle) > radius ? (middle, greatest) : (least, middle);
        }

        return Shrunk(Length(0) > radius ? greatest : 0);
    }
}
