using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Constraints;

/// <summary>What becomes of any point: a valid input within the budget, and where an oracle knows it, the nearest.</summary>
[TestClass]
public sealed class ValidNeighboursTests
{
    private const int Rows = 3;

    public static IEnumerable<object[]> Norms =>
        new[] { Norm.L0, Norm.L1, Norm.Lp(1.5), Norm.L2, Norm.LInfinity }.Select(norm => new object[] { norm.Name });

    [TestMethod]
    [DynamicData(nameof(Norms))]
    public void AnyPointBecomesValid(string name)
    {
        Norm norm = Norm.Parse(name);
        int moved = 0;
        const int Tasks = 100;
        for (int seed = 0; seed < Tasks; seed++)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            Random random = new(seed);
            ScalarType type = seed % 4 == 3 ? ScalarType.Float64 : ScalarType.Float32;
            TabularTask task = TabularTask.Draw(random, type);
            double epsilon = random.Next(4) == 0 ? double.PositiveInfinity : norm == Norm.L0 ? random.Next(1, 5) : 0.2 + (4 * random.NextDouble());
            double[,] wanted = new double[Rows, task.Features];
            for (int row = 0; row < Rows; row++)
            {
                for (int feature = 0; feature < task.Features; feature++)
                {
                    wanted[row, feature] = task.Rows[row, feature] + (random.NextDouble() < 0.3 ? 0 : 8 * (random.NextDouble() - 0.5));
                }
            }

            Tensor originals = tensor(task.Rows).to(type);
            Tensor inputs = tensor(wanted).to(type);
            ThreatModel threatModel = new(norm, epsilon) { Constraints = task.Constraints };
            threatModel = threatModel.Under(new ValidInputs(threatModel, originals, task.Bounds));
            threatModel.Norm.Around(originals, epsilon, task.Bounds).Conform_(inputs);
            task.AssertValid(originals, inputs, norm, epsilon, $"task {seed}, {task.Constraints}, {norm} <= {epsilon}");
            moved += (int)inputs.ne(originals).any(1).sum().item<long>();
        }

        Assert.IsGreaterThan(Tasks * Rows * 0.7, moved, "most do not fall back on the original");
    }

    [TestMethod]
    [DataRow("1*0+2*1-1*2+1*3<=0.5")]
    [DataRow("1*0+2*1-1*2+1*3>=-0.5")]
    [DataRow("1*0+2*1-1*2+1*3=0")]
    public void OneConstraintAndTheBoundsGiveTheNearestPoint(string constraint)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        InputBounds bounds = new(-1, 1);
        double[] costs = [1, 2, 0.5, 1];
        InputConstraints constraints = (InputConstraints.None with { Linear = [LinearConstraint.Parse(constraint)] }).WithCosts(costs);
        Tensor originals = zeros([200, 4], ScalarType.Float64);
        Random random = new(5);
        double[] wanted = [.. Enumerable.Range(0, 800).Select(_ => (2 * random.NextDouble()) - 1)];
        Tensor inputs = tensor(wanted).reshape(200, 4);
        ThreatModel threatModel = new(Norm.L2, double.PositiveInfinity) { Constraints = constraints };
        threatModel = threatModel.Under(new ValidInputs(threatModel, originals, bounds));
        Tensor found = inputs.clone();
        threatModel.Norm.Around(originals, double.PositiveInfinity, bounds).Conform_(found);

        // Of all valid points y, none lies on the near side: (x − y*)·(y − y*) ≤ 0 in units of cost.
        Tensor units = tensor(costs);
        Tensor sums = (found * tensor([1.0, 2, -1, 1])).sum(1);
        Assert.IsTrue(sums.abs().le(constraint.Contains("=0.5") || constraint.Contains("=-0.5") ? 4 : 1e-6).all().item<bool>());
        for (int trial = 0; trial < 300; trial++)
        {
            double[] other = [.. Enumerable.Range(0, 4).Select(_ => (2 * random.NextDouble()) - 1)];
            double sum = other[0] + (2 * other[1]) - other[2] + other[3];
            bool holds = constraint[^3..] switch { "0.5" when constraint.Contains('<') => sum <= 0.5, "0.5" => sum >= -0.5, _ => false };
            if (!holds)
            {
                // The sum of an equation can be mended in the last feature.
                other[3] -= sum;
                if (Math.Abs(other[3]) > 1)
                {
                    continue;
                }
            }

            Tensor towards = ((tensor(other) - found) * units * ((inputs - found) * units)).sum(1);
            Assert.IsLessThan(1e-5, towards.max().item<double>());
        }
    }

    [TestMethod]
    public void AValidPointKeepsItsBits()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        InputConstraints constraints = new() { Linear = [LinearConstraint.Parse("1*0+1*1<=1")], Increasing = [0], Decreasing = [1] };
        Tensor originals = tensor([0.1f, 0.9f, 0.3f]).reshape(1, 3);
        Tensor inputs = tensor([0.15f, 0.7f, 0.7f]).reshape(1, 3);
        ThreatModel threatModel = new(Norm.L2, 2) { Constraints = constraints };
        threatModel = threatModel.Under(new ValidInputs(threatModel, originals, InputBounds.Unit));
        Tensor conformed = inputs.clone();
        threatModel.Norm.Around(originals, 2, InputBounds.Unit).Conform_(conformed);
        CollectionAssert.AreEqual(inputs.data<float>().ToArray(), conformed.data<float>().ToArray());
    }

    [TestMethod]
    public void WholeNumbersThatAddUpGoOnAddingUp()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        InputConstraints constraints = new() { Integer = [0, 1, 2], Linear = [LinearConstraint.Parse("1*0+1*1+1*2-1*3=0")], Decreasing = [1] };
        Tensor originals = tensor([3f, 3, 3, 9]).reshape(1, 4);
        Tensor inputs = tensor([5.4f, 1.3f, 3.4f, 9.6f]).reshape(1, 4);
        ThreatModel threatModel = new(Norm.LInfinity, 3) { Constraints = constraints };
        threatModel = threatModel.Under(new ValidInputs(threatModel, originals, InputBounds.Unbounded));
        threatModel.Norm.Around(originals, 3, InputBounds.Unbounded).Conform_(inputs);
        CollectionAssert.AreEqual(new[] { 5f, 1, 3, 9 }, inputs.data<float>().ToArray());
    }
}
