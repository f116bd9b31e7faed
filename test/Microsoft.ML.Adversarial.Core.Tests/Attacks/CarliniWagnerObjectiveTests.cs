using Microsoft.ML.Adversarial.Attacks.MinimumNorm.CarliniWagner;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks;

[TestClass]
public sealed class CarliniWagnerObjectiveTests
{
    private const int Classes = 4;

    private static readonly double[] Ones = [.. Enumerable.Repeat(1.0, 50)];

    public static IEnumerable<object[]> Objectives =>
    [
        ["F1", CarliniWagnerObjective.F1, false],
        ["F2", CarliniWagnerObjective.F2, true],
        ["F3", CarliniWagnerObjective.F3, true],
        ["F4", CarliniWagnerObjective.F4, false],
        ["F5", CarliniWagnerObjective.F5, false],
        ["F6", CarliniWagnerObjective.F6, true],
        ["F7", CarliniWagnerObjective.F7, true],
    ];

    [TestMethod]
    [DynamicData(nameof(Objectives))]
    public void ValuesAreThePapers(string name, CarliniWagnerObjective objective, bool exact)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor logits = TestNetworks.Normal([50, Classes]) * 3;
        Tensor classes = TestNetworks.Classes(50, Classes);
        foreach (Goal goal in new[] { Goal.Misclassify(classes), Goal.MisclassifyAs(classes) })
        {
            double[] values = objective.Evaluate(logits, goal, Ones).Values;
            bool[] reached = goal.IsReached(logits).data<bool>().ToArray();
            for (int row = 0; row < values.Length; row++)
            {
                double[] z = logits[row].data<double>().ToArray();
                Assert.AreEqual(Expected(name, z, (int)classes[row].item<long>(), goal == Goal.MisclassifyAs(classes)), values[row], 1e-12);
                Assert.IsTrue(values[row] > 0 || reached[row], "at most 0 where the goal is not reached");
                Assert.IsTrue(!exact || values[row] <= 0 || !reached[row], "above 0 where the goal is reached");
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(Objectives))]
    public void TheCotangentIsTheGradientOfTheWeightedValues(string name, CarliniWagnerObjective objective, bool exact)
    {
        const double step = 1e-5;
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor classes = TestNetworks.Classes(50, Classes);
        Tensor logits = TestNetworks.Normal([50, Classes]) * 3;
        double[] weights = [.. Ones.Select((_, row) => 0.5 + row)];
        foreach (Goal goal in new[] { Goal.Misclassify(classes), Goal.MisclassifyAs(classes) })
        {
            Tensor cotangent = objective.Evaluate(logits, goal, weights).Cotangent;
            for (int place = 0; place < Classes; place++)
            {
                Tensor move = zeros(Classes, ScalarType.Float64).index_fill_(0, tensor(new long[] { place }), step);
                double[] above = objective.Evaluate(logits + move, goal, Ones).Values;
                double[] below = objective.Evaluate(logits - move, goal, Ones).Values;
                double[] actual = cotangent[TensorIndex.Ellipsis, place].data<double>().ToArray();
                for (int row = 0; row < weights.Length; row++)
                {
                    double expected = weights[row] * (above[row] - below[row]) / (2 * step);
                    Assert.AreEqual(expected, actual[row], 1e-6 * weights[row], $"{name}, {(exact ? "exact" : "sufficient")}, row {row}");
                }
            }
        }
    }

    private static double Expected(string name, double[] z, int index, bool targeted)
    {
        double[] exponentials = [.. z.Select(Math.Exp)];
        double[] f = [.. exponentials.Select(one => one / exponentials.Sum())];
        double threshold = targeted ? 0.5 : 1.0 / Classes;
        double sign = targeted ? 1 : -1;
        double Excess(double[] values) => sign * (values.Where((_, place) => place != index).Max() - values[index]);
        double Softplus(double value) => Math.Log(1 + Math.Exp(value)) - Math.Log(2);
        return name switch
        {
            "F1" => sign * (Math.Log2(threshold) - Math.Log2(f[index])),
            "F2" => Math.Max(0, Excess(f)),
            "F3" => Softplus(Excess(f)),
            "F4" => Math.Max(0, sign * (threshold - f[index])),
            "F5" => sign * (Math.Log(threshold) - Math.Log(f[index])),
            "F6" => Math.Max(0, Excess(z)),
            _ => Softplus(Excess(z)),
        };
    }
}
