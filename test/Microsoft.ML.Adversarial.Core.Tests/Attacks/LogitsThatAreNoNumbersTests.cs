using Microsoft.ML.Adversarial.Attacks.Cascades;
using Microsoft.ML.Adversarial.Classifiers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks;

/// <summary>The largest of logits that are NaN is the first one of these: what a network that broke predicts is no success.</summary>
[TestClass]
public sealed class LogitsThatAreNoNumbersTests
{
    // Cascades do what their stages do, which are in the table.
    public static IEnumerable<object[]> Attacks =>
        AttackTable.Everything.Where(one => one.Attack is not AttackCascade).Select(one => new object[] { one });

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void OfAnUnperturbedRowTheyAreAnError(object attack)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        AttackCase one = (AttackCase)attack;
        using AttackedRows task = one.CreateTask();
        Tensor broken = task.Inputs[2];
        AlteredClassifier classifier = new(task.Classifier, (inputs, logits) => logits + Where(inputs.eq(broken).flatten(1).all(1)));
        if (!one.Attack.CanAttack(classifier))
        {
            return;
        }

        var e = Assert.ThrowsExactly<AdversarialInputException>(() => one.Attack.Run(classifier, task.Inputs, task.Goals[0]));
        Assert.AreEqual(2, e.Row);
        Assert.Contains("expected logits that are numbers", e.Message);
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void OfPerturbedRowsTheyAreNoSuccess(object attack)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        AttackCase one = (AttackCase)attack;
        using AttackedRows task = one.CreateTask();
        Tensor originals = task.Inputs.flatten(1);
        AlteredClassifier classifier = new(task.Classifier, (inputs, logits) =>
            logits + Where(inputs.flatten(1).unsqueeze(1).eq(originals).all(2).any(1).logical_not()));
        if (!one.Attack.CanAttack(classifier))
        {
            return;
        }

        foreach (Goal goal in task.Goals)
        {
            AttackResult result = one.Attack.Run(classifier, task.Inputs, goal);
            Tensor gained = result.Succeeded.logical_and(result.SucceededBefore.logical_not());
            Assert.IsFalse(gained.any().item<bool>());
        }
    }

    private static Tensor Where(Tensor rows) => zeros(rows.shape).masked_fill(rows, double.NaN).unsqueeze(1);
}
