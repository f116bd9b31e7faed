using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks;

[TestClass]
public sealed class ObjectiveTests
{
    private static readonly Dictionary<string, AttackObjective> Objectives = new()
    {
        ["cross-entropy"] = AttackObjective.CrossEntropy,
        ["margin"] = AttackObjective.LogitMargin,
        ["DLR"] = AttackObjective.DifferenceOfLogitsRatio,
        ["logit"] = AttackObjective.Logit,
    };

    [TestMethod]
    [DataRow("cross-entropy", false)]
    [DataRow("cross-entropy", true)]
    [DataRow("margin", false)]
    [DataRow("margin", true)]
    [DataRow("DLR", false)]
    [DataRow("DLR", true)]
    [DataRow("logit", false)]
    [DataRow("logit", true)]
    public void TheCotangentIsTheGradientOfTheValue(string name, bool targeted)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        AttackObjective objective = Objectives[name];
        Tensor classes = TestNetworks.Classes(20, 5);
        Goal goal = targeted ? Goal.MisclassifyAs(classes) : Goal.Misclassify(classes);
        Tensor logits = (TestNetworks.Normal([20, 5]) * 3).requires_grad_();

        objective.Value(logits, goal).sum().backward();

        Assert.IsLessThan(1e-14, (logits.grad! - objective.Cotangent(logits.detach(), goal)).abs().max().item<double>());
    }

    [TestMethod]
    public void TheMarginIsPositiveExactlyWhereTheGoalIsReached()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor classes = TestNetworks.Classes(200, 3);
        Tensor logits = TestNetworks.Normal([200, 3]);
        foreach (Goal goal in new[] { Goal.Misclassify(classes), Goal.MisclassifyAs(classes) })
        {
            Tensor positive = AttackObjective.LogitMargin.Value(logits, goal).greater(0);
            Assert.IsTrue(positive.eq(goal.IsReached(logits)).all().item<bool>());
            Assert.IsTrue(positive.any().item<bool>());
            Assert.IsFalse(positive.all().item<bool>());
        }
    }
}
