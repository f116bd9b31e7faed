using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm.AdaptiveBoundary;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using TorchSharp.Modules;
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
    [DataRow(true, RobustnessWarnings.OptimisationAtInference)]
    [DataRow(false, RobustnessWarnings.None)]
    public void GradientsThatTheNetworkTakesItselfAreNoticed(bool optimises, RobustnessWarnings expected)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using Purifying module = new(optimises);
        module.eval();
        using NetworkClassifier classifier = new(module, [6], 5, InputBounds.Unit);
        Tensor inputs = TestNetworks.Uniform([9, 6]);
        Goal goal = Goal.Misclassify(TestNetworks.Predictions(classifier, inputs));
        using CascadeResult result = AutoAttack.Rand(Norm.LInfinity, 1).Evaluate(classifier, inputs, goal);
        Assert.AreEqual(expected, result.Warnings);
    }

    [TestMethod]
    public void PlusBreaksWhatStandardBreaksAndItMoreThanOneStep()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(Golden.Network("mlp"), InputBounds.Unit);
        var (images, labels) = (Mnist.Images(128), Mnist.Labels(128));
        // Rows that one step leaves: among them one that all stages of both versions work on.
        using AttackResult step = new FastGradientMethod(Norm.LInfinity, 0.1).Run(classifier, images, Goal.Misclassify(labels));
        Tensor rows = step.Succeeded.logical_not().nonzero().flatten();
        images = images.index_select(0, rows);
        Goal goal = Goal.Misclassify(labels.index_select(0, rows));

        using CascadeResult plus = AutoAttack.Plus(Norm.LInfinity, 0.1).Evaluate(classifier, images, goal);
        using CascadeResult standard = AutoAttack.Standard(Norm.LInfinity, 0.1).Evaluate(classifier, images, goal);

        Assert.IsTrue(plus.IsComplete);
        Assert.HasCount(6, plus.Stages);
        Assert.IsTrue(plus.Stages.All(stage => stage.RowsAttacked > 0), "a stage had nothing to do");
        Assert.IsLessThan(1, standard.RobustAccuracy);
        Assert.IsFalse(standard.Attacked.Succeeded.logical_and(plus.Attacked.Succeeded.logical_not()).any().item<bool>(), "a row was lost");
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

    /// <summary>A linear layer, before which inputs may be moved along a gradient of its own.</summary>
    private sealed class Purifying : nn.Module<Tensor, Tensor>
    {
        private readonly bool optimises;
        private readonly Linear layer = nn.Linear(6, 5);

        public Purifying(bool optimises)
            : base(nameof(Purifying))
        {
            this.optimises = optimises;
            using Tensor weights = TestNetworks.Normal([5, 6], type: ScalarType.Float32);
            using IDisposable frozen = torch.no_grad();
            layer.weight.copy_(weights);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            if (!optimises)
            {
                return layer.call(input);
            }

            Tensor gradient;
            using (torch.enable_grad())
            {
                gradient = BackwardPass.ToLeaf(input.detach().requires_grad_(), layer.call, logits => ones_like(logits));
            }

            return layer.call(input - (0.01 * gradient));
        }
    }
}
