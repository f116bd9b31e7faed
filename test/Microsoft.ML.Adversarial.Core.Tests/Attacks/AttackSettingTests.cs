using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Norms;

namespace Microsoft.ML.Adversarial.Attacks;

[TestClass]
public sealed class AttackSettingTests
{
    public static IEnumerable<object[]> Attacks => AttackTable.Rows;

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void ABudgetIsAtLeastZeroAndFiniteWhereItIsSpent(object attack)
    {
        AttackCase one = (AttackCase)attack;
        double[] impossible = [-0.1, double.NaN, double.NegativeInfinity, .. one.NeedsABudget ? [double.PositiveInfinity] : Array.Empty<double>()];
        foreach (double epsilon in impossible)
        {
            Assert.Contains("psilon", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => one.Create(epsilon)).Message);
        }

        Assert.IsTrue(one.NeedsABudget || double.IsPositiveInfinity(one.Create(double.PositiveInfinity).ThreatModel.Epsilon));
    }

    [TestMethod]
    public void SettingsOutOfRangeAreRefusedWhenTheAttackIsMade()
    {
        ProjectedGradientDescent pgd = new(Norm.LInfinity, 0.1);
        MomentumIterativeMethod momentum = new(Norm.LInfinity, 0.1);
        AssertRefused("Steps", "Expected Steps >= 1, got 0.", () => pgd with { Steps = 0 });
        AssertRefused("StepSize", "Expected StepSize > 0 and finite, got 0.", () => pgd with { StepSize = 0 });
        AssertRefused("StepSize", "Expected StepSize > 0 and finite, got -1.", () => pgd with { StepSize = -1 });
        AssertRefused("StepSize", "Expected StepSize > 0 and finite", () => pgd with { StepSize = double.NaN });
        AssertRefused("StepSize", "Expected StepSize > 0 and finite", () => pgd with { StepSize = double.PositiveInfinity });
        AssertRefused("Restarts", "Expected Restarts >= 1, got 0.", () => pgd with { Restarts = 0 });
        AssertRefused("Decay", "Expected Decay >= 0 and finite, got -0.5.", () => momentum with { Decay = -0.5 });
        AssertRefused("Steps", "Expected Steps >= 1, got -3.", () => new BasicIterativeMethod(Norm.L2, 1) { Steps = -3 });
    }

    [TestMethod]
    public void RestartsWithoutARandomStartAreRefused()
    {
        using AttackTask task = new();
        ProjectedGradientDescent attack = new(Norm.LInfinity, 0.1) { Restarts = 2, RandomStart = false };
        var e = Assert.ThrowsExactly<InvalidOperationException>(() => attack.Run(task.Classifier, task.Inputs, task.Goals[0]));
        Assert.Contains("set RandomStart or leave Restarts at 1", e.Message);
    }

    [TestMethod]
    public void AttacksAreValues()
    {
        ProjectedGradientDescent attack = new(Norm.Lp(3), 0.1) { Steps = 7 };
        Assert.AreEqual(attack, new ProjectedGradientDescent(Norm.Lp(3), 0.1) { Steps = 7 });
        Assert.AreNotEqual(attack, attack with { Steps = 8 });
        Assert.AreNotEqual(attack, new ProjectedGradientDescent(Norm.L2, 0.1) { Steps = 7 });
        Assert.AreEqual("L3 <= 0.1", attack.ThreatModel.ToString());
    }

    private static void AssertRefused(string setting, string problem, Func<Attack> make)
    {
        var e = Assert.ThrowsExactly<ArgumentOutOfRangeException>(make);
        Assert.AreEqual(setting, e.ParamName);
        Assert.StartsWith(problem, e.Message);
    }
}
