using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Constraints;

/// <summary>Random rows of a table and constraints of all kinds that they satisfy, often with nothing to spare.</summary>
internal sealed record TabularTask(InputConstraints Constraints, InputBounds Bounds, double[,] Rows)
{
    private const int RowCount = 3;
    private const double Bound = 6;

    public int Features => Rows.GetLength(1);

    public static TabularTask Draw(Random random, ScalarType type)
    {
        int features = random.Next(6, 14);
        int[] shuffled = [.. Enumerable.Range(0, features).OrderBy(_ => random.Next())];
        int[] integers = [.. shuffled.Take(random.Next(3))];
        int[] categories = random.Next(2) == 0 ? [] : [.. shuffled.Skip(integers.Length).Take(2 + random.Next(2))];
        HashSet<int> discrete = [.. integers, .. categories];
        int[] others = [.. Enumerable.Range(0, features).Where(feature => !categories.Contains(feature))];
        int[] oneWay = [.. others.OrderBy(_ => random.Next()).Take(random.Next(4))];
        double[,] rows = new double[RowCount, features];
        for (int row = 0; row < RowCount; row++)
        {
            for (int feature = 0; feature < features; feature++)
            {
                double value = (random.NextDouble() - 0.5) * Bound;
                rows[row, feature] = integers.Contains(feature) ? Math.Round(value) : type == ScalarType.Float32 ? (float)value : value;
            }

            for (int place = 0; place < categories.Length; place++)
            {
                rows[row, categories[place]] = place == row % categories.Length ? 1 : 0;
            }
        }

        List<LinearConstraint> linear = [];
        for (int count = random.Next(4); count >= 0; count--)
        {
            Dictionary<int, double> weights = Enumerable.Range(0, features).OrderBy(_ => random.Next()).Take(random.Next(1, 6))
                .ToDictionary(feature => feature, _ => random.Next(2) == 0 ? (random.Next(2) * 2) - 1 : Math.Round(4 * random.NextDouble(), 3) - 2.0005);
            double[] sums = [.. Enumerable.Range(0, RowCount).Select(row => weights.OrderBy(pair => pair.Key).Sum(pair => pair.Value * rows[row, pair.Key]))];
            double room = random.Next(2) == 0 ? 0 : random.NextDouble();
            linear.Add(random.Next(3) switch
            {
                0 => LinearConstraint.AtMost(weights, sums.Max() + room),
                1 => LinearConstraint.AtLeast(weights, sums.Min() - room),
                _ => new(weights, sums.Min() - room, sums.Max() + room),
            });
        }

        // A total that rows satisfy with a feature of its own, as well as numbers of their type can.
        int total = Enumerable.Range(0, features).FirstOrDefault(feature => !discrete.Contains(feature), -1);
        if (random.Next(2) == 0 && total >= 0 && !linear.Any(one => one.Weights.ContainsKey(total)))
        {
            int[] parts = [.. Enumerable.Range(0, features).Where(feature => feature != total).OrderBy(_ => random.Next()).Take(3)];
            Dictionary<int, double> weights = parts.ToDictionary(part => part, _ => 1.0);
            weights[total] = -2;
            for (int row = 0; row < RowCount; row++)
            {
                double half = parts.Sum(part => rows[row, part]) / 2;
                rows[row, total] = type == ScalarType.Float32 ? (float)half : half;
            }

            linear.Add(LinearConstraint.Exactly(weights, 0));
        }

        double[] scale = random.Next(2) == 0 ? [] : [.. Enumerable.Range(0, features).Select(_ => 0.25 + (4 * random.NextDouble()))];
        InputConstraints constraints = new()
        {
            Frozen = [.. others.OrderBy(_ => random.Next()).Take(random.Next(3))],
            Integer = [.. integers],
            OneHot = categories.Length == 0 ? [] : [[.. categories]],
            Increasing = [.. oneWay.Take(oneWay.Length / 2)],
            Decreasing = [.. oneWay.Skip(oneWay.Length / 2)],
            Linear = linear,
            EpsilonScale = scale,
        };
        return new(constraints, new((float)-Bound, (float)Bound), rows);
    }

    /// <summary>Checks all constraints one by one, in double precision.</summary>
    public void AssertValid(Tensor originals, Tensor inputs, Norm norm, double epsilon, string what)
    {
        double[] before = originals.to(ScalarType.Float64).data<double>().ToArray();
        double[] after = inputs.to(ScalarType.Float64).data<double>().ToArray();
        for (int row = 0; row < RowCount; row++)
        {
            double[] from = before[(row * Features)..((row + 1) * Features)];
            double[] to = after[(row * Features)..((row + 1) * Features)];
            Assert.IsTrue(Constraints.Frozen.All(feature => to[feature] == from[feature]), $"frozen: {what}");
            Assert.IsTrue(Constraints.Integer.All(feature => to[feature] == Math.Round(to[feature])), $"integer: {what}");
            Assert.IsTrue(Constraints.Increasing.All(feature => to[feature] >= from[feature]), $"increasing: {what}");
            Assert.IsTrue(Constraints.Decreasing.All(feature => to[feature] <= from[feature]), $"decreasing: {what}");
            Assert.IsTrue(Constraints.OneHot.All(group => group.Sum(feature => to[feature]) == 1 && group.All(feature => to[feature] is 0 or 1)), $"one-hot: {what}");
            Assert.IsTrue(to.All(value => value is >= -Bound and <= Bound), $"bounds: {what}");
            foreach (LinearConstraint linear in Constraints.Linear)
            {
                AssertHolds(linear, from, to, what);
            }

            double[] change = [.. to.Zip(from, (end, start) => end - start).Select((value, feature) =>
                norm == Norm.L0 || Constraints.EpsilonScale.Count == 0 ? value : value / Constraints.EpsilonScale[feature])];
            double size = norm.Measure(tensor(change).unsqueeze(0)).item<double>();
            Assert.IsLessThanOrEqualTo((epsilon * (1 + 1e-5)) + 1e-6, size, $"budget: {what}");
        }
    }

    /// <summary>Checks a constraint: inequalities hold as well as in the original, equations up to rounding.</summary>
    public static void AssertHolds(LinearConstraint linear, double[] from, double[] to, string what)
    {
        double sum = linear.Weights.Sum(pair => pair.Value * to[pair.Key]);
        double start = linear.Weights.Sum(pair => pair.Value * from[pair.Key]);
        double magnitude = linear.Weights.Sum(pair => Math.Abs(pair.Value * to[pair.Key]));
        double slack = linear.Lower == linear.Upper ? 1.01e-6 * (magnitude + Math.Abs(linear.Lower)) : 1e-14 * magnitude;
        Assert.IsLessThanOrEqualTo(Math.Max(linear.Upper, start) + slack, sum, $"{linear}: {what}");
        Assert.IsGreaterThanOrEqualTo(Math.Min(linear.Lower, start) - slack, sum, $"{linear}: {what}");
    }
}
