using Microsoft.ML.Adversarial.Attacks.MinimumNorm.AdaptiveBoundary;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Cascades;

[TestClass]
public sealed class AutoAttackTests
{
    private const int QueriesOfSquare = 5000;

    [TestMethod]
    public void NoStageLeavesMoreRowsThanTheAuthorsCode()
    {
        const int rows = 1000;
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier network = new(Golden.Network("mlp"), InputBounds.Unit);
        CountedPasses classifier = new(network);

        using CascadeResult result = AutoAttack.Standard(Norm.LInfinity, 0.1)
            .Evaluate(classifier, Mnist.Images(rows), Goal.Misclassify(Mnist.Labels(rows)));

        Assert.AreEqual(0.982, result.CleanAccuracy, 1e-9);
        Assert.IsLessThanOrEqualTo(0.023, result.RobustAccuracy);
        Assert.AreEqual(982, result.Stages[0].RowsAttacked);
        Assert.IsLessThanOrEqualTo(982 - 957, result.Stages[1].RowsAttacked);
        Assert.IsLessThanOrEqualTo(982 - 959, result.Stages[2].RowsAttacked);
        Assert.IsLessThanOrEqualTo(982 - 959, result.Stages[3].RowsAttacked);
        Assert.AreEqual(RobustnessWarnings.None, result.Warnings);
        Assert.IsTrue(result.IsComplete);
        // Without leaving, Square alone would look at every row 5,000 times.
        Assert.IsLessThan(0.6 * QueriesOfSquare * rows, classifier.Rows);
    }

    [TestMethod]
    public void StagesAreThoseOfTheAuthorsInTheirOrder()
    {
        foreach (Norm norm in new[] { Norm.LInfinity, Norm.L2, Norm.L1 })
        {
            CollectionAssert.AreEqual(new[] { "apgd", "apgd-t", "fab-t", "square" }, Names(AutoAttack.Standard(norm, 0.1)));
            CollectionAssert.AreEqual(new[] { "apgd", "apgd", "fab", "square", "apgd-t", "fab-t" }, Names(AutoAttack.Plus(norm, 0.1)));
            CollectionAssert.AreEqual(new[] { "apgd", "apgd" }, Names(AutoAttack.Rand(norm, 0.1)));
        }

        Assert.AreEqual(
            new FastAdaptiveBoundary(Norm.L2, 0.1) { Restarts = 5, StopAtSuccess = true }, AutoAttack.Plus(Norm.L2, 0.1).Stages[2]);
        Assert.AreEqual(new TargetedFastAdaptiveBoundary(Norm.L1, 0.1) { StopAtSuccess = true }, AutoAttack.Standard(Norm.L1, 0.1).Stages[2]);

        static string[] Names(AutoAttack attack) => [.. attack.Stages.Select(stage => AttackDescription.Of(stage).Name)];
    }

    [TestMethod]
    public void ARowThatIsBrokenLeavesTheStage()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier network = new(Golden.Network("mlp"), InputBounds.Unit);
        var (images, goal) = (Mnist.Images(128), Goal.Misclassify(Mnist.Labels(128)));
        Attack first = AutoAttack.Standard(Norm.LInfinity, 0.1).Stages[0];
        CountedPasses leaving = new(network);
        CountedPasses staying = new(network);

        using AttackResult few = first.Run(leaving, images, goal);
        using AttackResult all = ((AdaptiveSteps.AutoProjectedGradientDescent)first with { StopAtSuccess = false }).Run(staying, images, goal);

        Assert.IsTrue(few.Succeeded.eq(all.Succeeded).all().item<bool>());
        Assert.IsLessThan(0.6 * staying.Rows, leaving.Rows);
    }

    [TestMethod]
    public void ACancelledRunGoesOnWhereItStopped()
    {
        using AttackTask task = new();
        using DisposeScope scope = torch.NewDisposeScope();
        AutoAttack attack = AutoAttack.Standard(Norm.LInfinity, 0.02);
        using CascadeResult whole = attack.Evaluate(task.Classifier, task.Inputs, task.Goals[0]);
        using CancellationTokenSource cancellation = new();
        long passes = 0;
        CountedPasses classifier = new(task.Classifier, inputs =>
        {
            if (++passes == 150)
            {
                cancellation.Cancel();
            }

            return inputs;
        });

        using CascadeResult part = attack.Evaluate(classifier, task.Inputs, task.Goals[0], new() { Cancellation = cancellation.Token });
        using CascadeResult rest = attack.Resume(part, task.Classifier, task.Inputs, task.Goals[0]);

        Assert.IsFalse(part.IsComplete);
        Assert.IsTrue(part.Stages[^1].WasCancelled);
        Assert.IsTrue(rest.IsComplete);
        Assert.HasCount(attack.Stages.Count + 1, rest.Stages);
        Assert.IsNotEmpty(whole.StillRobust);
        CollectionAssert.AreEqual(whole.StillRobust.ToArray(), rest.StillRobust.ToArray());
    }

    [TestMethod]
    public void AnotherCascadesResultCannotBeResumed()
    {
        using AttackTask task = new();
        using CascadeResult part = AutoAttack.Rand(Norm.LInfinity, 0.02).Evaluate(task.Classifier, task.Inputs, task.Goals[0]);
        var e = Assert.ThrowsExactly<ArgumentException>(
            () => AutoAttack.Standard(Norm.LInfinity, 0.02).Resume(part, task.Classifier, task.Inputs, task.Goals[0]));
        Assert.Contains("Expected the result of a cascade with the same stages", e.Message);
    }

    [TestMethod]
    public void RandomPassesAreNoticed() => Assert.IsTrue(
        WarningsOf(inputs => inputs + (0.1 * randn_like(inputs))).HasFlag(RobustnessWarnings.Randomised));

    [TestMethod]
    public void MaskedGradientsAreNoticedAndTheSearchWithoutThemToo()
    {
        // Rounded inputs: the gradient of rounding is zero.
        RobustnessWarnings warnings = WarningsOf(inputs => (inputs * 8).round() / 8);
        Assert.AreEqual(RobustnessWarnings.ZeroGradient | RobustnessWarnings.BlackBoxIsStronger, warnings);
    }

    [TestMethod]
    public void ProbabilitiesAreNoticed()
    {
        using AttackTask task = new();
        using var module = nn.Sequential(task.Classifier.Module, nn.Softmax(1));
        module.eval();
        using NetworkClassifier softmax = new(
            module, task.Classifier.InputShape, task.Classifier.ClassCount, InputBounds.Unit);
        using CascadeResult result = AutoAttack.Rand(Norm.LInfinity, 0.05).Evaluate(softmax, task.Inputs, task.Goals[0]);
        Assert.AreEqual(RobustnessWarnings.Probabilities, result.Warnings);
    }

    [TestMethod]
    [DataRow(2)]
    [DataRow(3)]
    public void FewClassesAreAttackedByTheirMargin(int classes)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(
            Networks.Network.Create(Networks.NetworkDefinition.MultilayerPerceptron.Bind([6], classes), new Generator(3)), InputBounds.Unit);
        Tensor inputs = TestNetworks.Uniform([40, 6]);
        using CascadeResult result = AutoAttack.Standard(Norm.LInfinity, 1)
            .Evaluate(classifier, inputs, Goal.Misclassify(TestNetworks.Predictions(classifier, inputs)));
        Assert.AreEqual(RobustnessWarnings.FewClasses, result.Warnings & ~RobustnessWarnings.BlackBoxIsStronger);
        Assert.IsTrue(result.Attacked.Inputs.isfinite().all().item<bool>());
        Assert.AreEqual(1, result.CleanAccuracy);
    }

    private static RobustnessWarnings WarningsOf(Func<Tensor, Tensor> before)
    {
        using AttackTask task = new();
        using DisposeScope scope = torch.NewDisposeScope();
        CountedPasses classifier = new(task.Classifier, before);
        using Tensor labels = TestNetworks.Predictions(classifier, task.Inputs);
        using CascadeResult result = AutoAttack.Standard(Norm.LInfinity, 0.3).Evaluate(classifier, task.Inputs, Goal.Misclassify(labels));
        return result.Warnings;
    }
}
