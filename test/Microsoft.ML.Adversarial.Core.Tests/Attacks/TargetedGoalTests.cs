using Microsoft.ML.Adversarial.Attacks.ScoreBased;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks;

/// <summary>What becomes of rows whose target is predicted already, or is their true label.</summary>
[TestClass]
public sealed class TargetedGoalTests
{
    private static readonly string[] Names =
        ["FGSM", "PGD", "APGD-T", "FAB-T", "DeepFool", "C&W L2", "JSMA", "Square", "SimBA", "HopSkipJump", "AutoAttack"];

    private readonly AttackTask task = new();

    public static IEnumerable<object[]> Attacks => Names.Select(name => new object[] { AttackTable.All.Single(one => one.Name == name) });

    [TestCleanup]
    public void FreeTask() => task.Dispose();

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void ATargetThatIsPredictedAlreadyIsReachedBefore(object attack)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        AttackCase one = (AttackCase)attack;
        Tensor predictions = TestNetworks.Predictions(task.Classifier, task.Inputs);
        Tensor isPredicted = (arange(AttackTask.Rows, ScalarType.Int64) % 2).eq(0);
        Goal goal = Goal.MisclassifyAs(where(isPredicted, predictions, task.Targets));

        AttackResult result = one.Attack.Run(task.Classifier, task.Inputs, goal);

        Assert.IsTrue(result.SucceededBefore.eq(isPredicted).all().item<bool>());
        Assert.IsTrue(result.Succeeded.masked_select(isPredicted).all().item<bool>());
        bool leaves = one.LeavesReachedRows || one.Attack is ScoreBasedAttack;
        Assert.IsTrue(result.Size.masked_select(isPredicted).eq(0).eq(leaves).all().item<bool>(), "fixed budgets are spent on every row");
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void ATargetThatIsTheTrueLabelIsReachedWhereItIsPredicted(object attack)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        AttackCase one = (AttackCase)attack;
        Tensor isRight = TestNetworks.Predictions(task.Classifier, task.Inputs).eq(task.Labels);

        AttackResult result = one.Attack.Run(task.Classifier, task.Inputs, Goal.MisclassifyAs(task.Labels));

        Assert.IsTrue(result.SucceededBefore.eq(isRight).all().item<bool>());
        Assert.IsTrue(result.Succeeded.eq(result.Predictions.eq(task.Labels)).all().item<bool>());
        Assert.IsFalse(isRight.all().item<bool>());
    }
}
