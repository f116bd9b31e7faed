using Microsoft.ML.Adversarial.Attacks.MinimumNorm.CarliniWagner;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks;

[TestClass]
public sealed class CarliniWagnerObjectiveTests
{
    private const int Classes = 4;

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
            double[] values = objective.Value(logits, goal).data<double>().ToArray();
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
    public void TheCotangentIsTheGradientOfTheValue(string name, CarliniWagnerObjective objective, bool exact)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor classes = TestNetworks.Classes(50, Classes);
        foreach (Goal goal in new[] { Goal.Misclassify(classes), Goal.MisclassifyAs(classes) })
        {
            Tensor logits = (TestNetworks.Normal([50, Classes]) * 3).requires_grad_();
            objective.Value(logits, goal).sum().backward();
            double difference = (logits.grad! - objective.Cotangent(logits.detach(), goal)).abs().max().item<double>();
            Assert.IsLessThan(1e-13, difference, $"{name}, {(exact ? "exact" : "sufficient")}");
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
