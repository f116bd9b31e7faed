using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.Norms;

namespace Microsoft.ML.Adversarial.Attacks;

[TestClass]
public sealed class AttackDescriptionTests
{
    [TestMethod]
    public void OnlySettingsThatDifferFromTheirDefaultsAreWritten()
    {
        AttackDescription description = AttackDescription.Of(
            new ProjectedGradientDescent(Norm.Lp(1.5), 0.25)
            {
                StepSize = 0.01, RandomStart = false, Objective = AttackObjective.LogitMargin,
            });

        Assert.AreEqual(("pgd", "L1.5", 0.25), (description.Name, description.Norm, description.Epsilon));
        CollectionAssert.AreEquivalent(
            new Dictionary<string, string> { ["StepSize"] = "0.01", ["RandomStart"] = "False", ["Objective"] = "LogitMargin" },
            description.Settings.ToDictionary());
        Assert.IsEmpty(AttackDescription.Of(new FastGradientMethod(Norm.LInfinity, 0.1)).Settings);
    }

    [TestMethod]
    public void EveryAttackOfTheTableHasANameAndEveryNameAnAttack() => CollectionAssert.AreEqual(
        AttackDescription.Names.ToArray(),
        AttackTable.Everything.Select(one => AttackDescription.Of(one.Attack).Name).Distinct().Order().ToArray());

    [TestMethod]
    public void NamesAndSettingsAreReadInAnyCaseAndOtherNamesMeanTheSame()
    {
        Assert.AreEqual(new FastGradientMethod(Norm.L2, 1), Describe("FGM", "l2", 1).Create());
        Assert.AreEqual(new MomentumIterativeMethod(Norm.LInfinity, 1) { Decay = 0.5 }, Describe("mim", "∞", 1, ("dEcAy", "0.5")).Create());
        Assert.AreEqual(new BasicIterativeMethod(Norm.L2, 1), Describe("bim", "L2", 1, ("StepSize", "null")).Create());
    }

    [TestMethod]
    public void ErrorsListWhatIsKnown()
    {
        AssertRefused(Describe("deepfake", "L2", 1), $"Unknown attack 'deepfake': expected one of {string.Join(", ", AttackDescription.Names)}.");
        AssertRefused(Describe("pgd", "L0.5", 1), "Unknown norm 'L0.5': expected L0, L1, L2, Linf or Lp");
        AssertRefused(
            Describe("bim", "L2", 1, ("Restarts", "2")),
            "Attack 'bim' has no setting 'Restarts': expected one of Constraints, GradientSamples, LeaveEarly, Objective, StepSchedule, StepSize, Steps.");
        AssertRefused(Describe("pgd", "L2", 1, ("Steps", "many")), "Setting 'Steps': expected a value of type Int32, got 'many'.");
        AssertRefused(Describe("pgd", "L2", 1, ("Steps", "99999999999")), "Setting 'Steps': expected a value of type Int32");
        AssertRefused(Describe("pgd", "L2", 1, ("Objective", "loss")), "expected CrossEntropy or LogitMargin or DifferenceOfLogitsRatio or Logit, got 'loss'.");
        AssertRefused(Describe("pgd", "L2", 1, ("Steps", "0")), "Expected Steps >= 1, got 0.");
        AssertRefused(Describe("pgd", "L2", -1), "Expected epsilon >= 0");
        AssertRefused(Describe("pgd", "L2", double.PositiveInfinity), "Expected a finite epsilon");
    }

    [TestMethod]
    public void AnAttackOfAnotherAssemblyCannotBeWritten() => Assert.Contains(
        "expected an attack of this library",
        Assert.ThrowsExactly<NotSupportedException>(() => AttackDescription.Of(new LooseAttack(0))).Message);

    private static AttackDescription Describe(string name, string norm, double epsilon, params (string Name, string Value)[] settings) =>
        new(name, norm, epsilon, settings.ToDictionary(setting => setting.Name, setting => setting.Value));

    private static void AssertRefused(AttackDescription description, string problem) =>
        Assert.Contains(problem, Assert.Throws<ArgumentException>(description.Create).Message);
}
