using System.Numerics;
using System.Runtime.Intrinsics;
using Microsoft.ML.Adversarial.Norms.Rows;

namespace Microsoft.ML.Adversarial.Norms;

[TestClass]
public sealed class HyperplaneProjectionTests
{
    public static IEnumerable<object[]> Cases =>
        from norm in new[] { "L1", "L2", "Linf" }
        from features in new[] { 1, 5, 64, 785 }
        from scale in new[] { 1.0, 1e-25, 1e12 }
        select new object[] { norm, features, scale };

    public static IEnumerable<object[]> Norms => Cases.Select(one => one[0]).Distinct().Select(norm => new object[] { norm });

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void TheChangeIsTheSmallestThatMeetsTheHyperplaneWithinTheBounds(string name, int features, double scale)
    {
        Norm norm = Norm.Parse(name);
        var (feasible, infeasible) = (0, 0);
        for (int seed = 0; seed < 40; seed++)
        {
            Problem problem = new(features, scale, seed);
            HyperplaneOracle oracle = HyperplaneOracle.Of(problem.Point, problem.Weights, problem.Residual, problem.Lower, problem.Upper);

            double[] change = Project(norm, problem);

            for (int feature = 0; feature < features; feature++)
            {
                double moved = problem.Point[feature] + change[feature];
                Assert.IsTrue(moved >= problem.Lower[feature] - 1e-12 && moved <= problem.Upper[feature] + 1e-12, $"feature {feature}: {moved}");
                Assert.IsTrue(problem.Weights[feature] != 0 || change[feature] == 0, "a feature that does not matter moved");
            }

            if (oracle.IsFeasible)
            {
                feasible++;
                Assert.AreEqual(0, (problem.Residual + Dot(problem.Weights, change)) / problem.Residual, 1e-9, "off the hyperplane");
                double size = oracle.Size(norm);
                Assert.AreEqual(size, Measure(norm, change), 1e-9 * size, "not the smallest");
            }
            else
            {
                infeasible++;
                Assert.AreEqual(0, oracle.Corner.Zip(change, (room, moved) => Math.Abs(room - Math.Abs(moved))).Max(), 1e-12, "not the nearest corner");
            }
        }

        Assert.IsGreaterThan(5, feasible);
        Assert.IsTrue(infeasible > 0 || features > 5);
    }

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void SinglePrecisionGivesTheSameUpToItsRounding(string name, int features, double scale)
    {
        Norm norm = Norm.Parse(name);
        for (int seed = 0; seed < 40; seed++)
        {
            Problem problem = new(features, scale, seed);
            HyperplaneOracle oracle = HyperplaneOracle.Of(problem.Point, problem.Weights, problem.Residual, problem.Lower, problem.Upper);

            float[] change = Project(
                norm, Single(problem.Point), Single(problem.Weights), problem.Residual, (Single(problem.Lower), Single(problem.Upper)));

            double[] exact = [.. change.Select(value => (double)value)];
            if (oracle.IsFeasible)
            {
                Assert.AreEqual(0, (problem.Residual + Dot(problem.Weights, exact)) / problem.Residual, 1e-4, "off the hyperplane");
                Assert.AreEqual(oracle.Size(norm), Measure(norm, exact), 1e-3 * oracle.Size(norm), "not the smallest");
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(Norms))]
    public void EqualSlopesMoveWithinTheirBoundsToo(string name)
    {
        Norm norm = Norm.Parse(name);
        double[] change = Project(norm, [0.5, 0.5, 0.5, 0.5], [-2, 2, 2, 2], -3, ([0, 0, 0, 0], [1, 1, 0.75, 1]));
        Assert.AreEqual(3, Dot([-2, 2, 2, 2], change), 1e-12);
        Assert.IsLessThanOrEqualTo(0.25, change[2]);
        // All move equally far, or a few as far as they can.
        double third = 1.25 / 3;
        Assert.AreEqual(norm.Order switch { 1 => 1.5, 2 => Math.Sqrt((3 * third * third) + 0.0625), _ => third }, Measure(norm, change), 1e-12);
    }

    [TestMethod]
    [DynamicData(nameof(Norms))]
    public void WhatIsNoHyperplaneMovesNothing(string name)
    {
        Norm norm = Norm.Parse(name);
        (double[], double[]) unbounded = ([double.NegativeInfinity, double.NegativeInfinity], [double.PositiveInfinity, double.PositiveInfinity]);
        foreach (var (weights, residual) in new (double[], double)[]
        {
            ([0, 0], 1), ([1, 1], double.NaN), ([1, 1], double.PositiveInfinity), ([double.PositiveInfinity, 1], 1), ([1, 1], 0),
            ([double.Epsilon, 0], 1), ([1e-300, 1e-300], 1e30),
        })
        {
            CollectionAssert.AreEqual(new double[] { 0, 0 }, Project(norm, [0.5, 0.5], weights, residual, unbounded), $"{weights[0]}, {residual}");
        }

        Assert.IsTrue(Project(norm, [0.5, 0.5], [double.NaN, 1], 1, unbounded).All(double.IsFinite));
    }

    private static double[] Project(Norm norm, Problem problem) =>
        Project(norm, problem.Point, problem.Weights, problem.Residual, (problem.Lower, problem.Upper));

    private static T[] Project<T>(Norm norm, T[] point, T[] weights, double residual, (T[] Lower, T[] Upper) bounds)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        PaddedRows<T> rows = new(3, point.Length);
        point.CopyTo(rows.Values(0));
        weights.CopyTo(rows.Values(1));
        rows[2].Fill(Vector512<T>.One);
        HyperplaneProjection<T>.Of(norm, bounds).Apply(rows[2], rows[0], rows[1], residual);
        return rows.Values(2).ToArray();
    }

    private static float[] Single(double[] values) => [.. values.Select(value => (float)value)];

    private static double Dot(double[] weights, double[] change) => weights.Zip(change, (weight, moved) => weight * moved).Sum();

    private static double Measure(Norm norm, double[] change) => norm.Order switch
    {
        1 => change.Sum(Math.Abs),
        2 => Math.Sqrt(change.Sum(value => value * value)),
        _ => change.Max(Math.Abs),
    };

    // Single precision holds all numbers exactly. Some features are unbounded, at a bound already or without weight; some hyperplanes lie beyond the
    // bounds.
    private sealed class Problem
    {
        public Problem(int features, double scale, int seed)
        {
            Random random = new((seed * 1000) + features);
            bool isBounded = seed % 2 == 0;
            double[] Draw(Func<int, double> value) => [.. Enumerable.Range(0, features).Select(feature => (double)(float)value(feature))];
            Lower = Draw(feature => !isBounded && feature % 5 == 0 ? double.NegativeInfinity : -random.NextDouble());
            Upper = Draw(feature => !isBounded && feature % 7 == 0 ? double.PositiveInfinity : 1 + random.NextDouble());
            Point = Draw(feature => random.Next(4) switch { 0 => Math.Max(Lower[feature], -2), 1 => Math.Min(Upper[feature], 3), _ => random.NextDouble() });
            Weights = Draw(feature => feature > 0 && random.Next(4) == 0 ? 0 : scale * (random.NextDouble() - 0.5));
            Residual = (float)(scale * features * (random.NextDouble() - 0.5) * (seed % 3 == 0 ? 5 : 0.2));
        }

        public double[] Point { get; }

        public double[] Weights { get; }

        public double Residual { get; }

        public double[] Lower { get; }

        public double[] Upper { get; }
    }
}
