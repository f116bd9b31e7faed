using Microsoft.ML.Adversarial.Attacks.MinimumNorm;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.DecisionBased;

[TestClass]
public sealed class DecisionBasedAttackTests
{
    private const double Smallest = double.PositiveInfinity;

    private readonly AttackTask task = new();

    public static IEnumerable<object[]> Attacks => AttackTable.All
        .Where(one => one.Attack is DecisionBasedAttack).Select(one => new object[] { one.Create(Smallest) });

    // With how much larger than the exact distance the size found may be.
    public static IEnumerable<object[]> OnPlanes =>
    [
        [new HopSkipJumpAttack(Norm.L2, Smallest) { Queries = 3000 }, 1.01],
        [new HopSkipJumpAttack(Norm.LInfinity, Smallest) { Queries = 3000 }, 1.05],
        [new BoundaryAttack(Norm.L2, Smallest) { Queries = 3000 }, 1.01],
        [new SignOptAttack(Norm.L2, Smallest) { Queries = 3000 }, 1.01],
        [new SignOptAttack(Norm.LInfinity, Smallest) { Queries = 3000 }, 1.1],
        [new GeometricDecisionAttack(Norm.L2, Smallest) { Queries = 3000 }, 1.01],
        [new GeometricDecisionAttack(Norm.LInfinity, Smallest) { Queries = 3000 }, 1.01],
    ];

    // With an attack that has gradients, and how much larger sizes may be without them.
    public static IEnumerable<object[]> OnDigits =>
    [
        [new HopSkipJumpAttack(Norm.L2, Smallest), new DecoupledDirectionAndNorm(), 1.45],
        [new HopSkipJumpAttack(Norm.LInfinity, Smallest) { Queries = 1500 }, new FastMinimumNorm(Norm.LInfinity, Smallest), 2.2],
        [new BoundaryAttack(Norm.L2, Smallest) { Queries = 1500 }, new DecoupledDirectionAndNorm(), 2.2],
        [new SignOptAttack(Norm.L2, Smallest) { Queries = 1500 }, new DecoupledDirectionAndNorm(), 2.4],
        [new SignOptAttack(Norm.LInfinity, Smallest) { Queries = 1500 }, new FastMinimumNorm(Norm.LInfinity, Smallest), 3.5],
        [new GeometricDecisionAttack(Norm.L2, Smallest) { Queries = 1500 }, new DecoupledDirectionAndNorm(), 2.3],
        [new GeometricDecisionAttack(Norm.LInfinity, Smallest) { Queries = 1500 }, new FastMinimumNorm(Norm.LInfinity, Smallest), 2.3],
        [new PointwiseAttack(Norm.L0, Smallest), new FastMinimumNorm(Norm.L0, Smallest), 2],
    ];

    [TestCleanup]
    public void FreeTask() => task.Dispose();

    [TestMethod]
    [DynamicData(nameof(OnPlanes))]
    public void TheDistanceToAPlaneIsFound(Attack attack, double factor)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = TwoLinearClasses.Classifier(new InputBounds(-20, 20));
        Tensor inputs = TestNetworks.Normal([8, 5]).clamp(-3, 3);
        var (gap, slope) = TwoLinearClasses.Gap(classifier, inputs);
        using AttackResult result = attack.Run(classifier, inputs, Goal.Misclassify(classifier.Logits(inputs).argmax(1)));

        Tensor exact = gap.abs() / attack.ThreatModel.Norm.Dual.Measure(slope);
        Tensor ratio = result.Size / exact;
        Assert.IsTrue(result.Succeeded.all().item<bool>());
        Assert.IsGreaterThanOrEqualTo(1 - 1e-9, ratio.min().item<double>());
        Assert.IsLessThanOrEqualTo(factor, ratio.max().item<double>());
    }

    [TestMethod]
    [DynamicData(nameof(OnDigits))]
    public void SizesComeNearThoseOfAttacksWithGradients(Attack attack, Attack withGradients, double factor)
    {
        const int rows = 12;
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(Golden.Network("mlp"), InputBounds.Unit);
        Goal goal = Goal.Misclassify(Mnist.Labels(rows));
        using AttackResult result = attack.Run(new HardLabels(classifier), Mnist.Images(rows), goal);
        using AttackResult expected = withGradients.Run(classifier, Mnist.Images(rows), goal);
        Assert.IsTrue(goal.IsReached(classifier.Logits(result.Inputs)).all().item<bool>());
        Assert.IsLessThanOrEqualTo(factor * expected.Size.mean().item<float>(), result.Size.mean().item<float>());
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void TheBudgetOfQueriesIsNeverExceeded(Attack attack)
    {
        AttackDescription description = AttackDescription.Of(attack);
        foreach (int queries in new[] { 1, 2, 3, 17, 100, 333 })
        {
            int row = queries % AttackTask.Rows;
            CountedPasses classifier = new(task.Classifier);
            Dictionary<string, string> settings = new(description.Settings) { ["Queries"] = $"{queries}" };
            using Tensor input = task.Inputs.narrow(0, row, 1).clone();
            using Tensor label = task.Labels.narrow(0, row, 1).clone();
            (description with { Settings = settings }).Create().Run(classifier, input, Goal.Misclassify(label), null).Dispose();
            // Beside the attack's own, one for the unperturbed input and one for the result.
            Assert.IsLessThanOrEqualTo(queries + 2, classifier.Rows);
        }
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void OnePassAsksForAllRows(Attack attack)
    {
        CountedPasses alone = new(task.Classifier);
        CountedPasses together = new(task.Classifier);
        using Tensor first = task.Inputs.narrow(0, 1, 1).clone();
        using Tensor label = task.Labels.narrow(0, 1, 1).clone();
        attack.Run(alone, first, Goal.Misclassify(label), null).Dispose();
        attack.Run(together, task.Inputs, task.Goals[0], null).Dispose();
        Assert.IsGreaterThan(3 * alone.Rows, together.Rows);
        Assert.IsLessThan(2 * alone.Passes, together.Passes);
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void ScoresDoNotMatter(Attack attack)
    {
        using NetworkClassifier exact = new(task.Classifier.Network!.ToType(ScalarType.Float64), InputBounds.Unit);
        using Tensor inputs = task.Inputs.to(ScalarType.Float64);
        foreach (Goal goal in task.Goals)
        {
            using AttackResult withScores = attack.Run(exact, inputs, goal);
            using AttackResult without = attack.Run(new HardLabels(exact), inputs, goal);
            CollectionAssert.AreEqual(SmallNetwork.Bits(withScores.Inputs), SmallNetwork.Bits(without.Inputs));
            Assert.IsGreaterThan(AttackTask.Rows / 2, without.Succeeded.sum().item<long>());
        }
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void ARowFindsTheSameAloneAsInABatch(Attack attack)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier exact = new(task.Classifier.Network!.ToType(ScalarType.Float64), InputBounds.Unit);
        Tensor inputs = task.Inputs.to(ScalarType.Float64);
        AttackResult together = attack.Run(exact, inputs, task.Goals[0]);
        for (int row = 0; row < AttackTask.Rows; row++)
        {
            AttackResult alone = attack.Run(
                exact, inputs.narrow(0, row, 1), Goal.Misclassify(task.Labels.narrow(0, row, 1)), new() { RowKeys = [row] });
            Assert.IsLessThan(1e-12, (alone.Inputs - together.Inputs.narrow(0, row, 1)).abs().max().item<double>());
        }
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void ACancelledRunReturnsTheBestFound(Attack attack)
    {
        using CancellationTokenSource source = new();
        long passes = 0;
        CountedPasses classifier = new(task.Classifier, inputs =>
        {
            if (++passes == 8)
            {
                source.Cancel();
            }

            return inputs;
        });
        using AttackResult whole = attack.Run(task.Classifier, task.Inputs, task.Goals[0]);
        using AttackResult part = attack.Run(classifier, task.Inputs, task.Goals[0], new() { Cancellation = source.Token });
        Assert.IsTrue(part.WasCancelled);
        Assert.IsLessThanOrEqualTo(10, classifier.Passes);
        Assert.IsGreaterThan(AttackTask.Rows / 2, part.Succeeded.sum().item<long>());
        Assert.IsGreaterThan(whole.Size.sum().item<float>(), part.Size.sum().item<float>());
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void WithoutBoundsAStartIsFoundInTheScaleOfTheRow(Attack attack)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = TwoLinearClasses.Classifier(InputBounds.Unbounded);
        Tensor inputs = TestNetworks.Normal([8, 5]) * 1e4;
        using AttackResult result = attack.Run(classifier, inputs, Goal.Misclassify(classifier.Logits(inputs).argmax(1)));
        Assert.IsTrue(result.Succeeded.all().item<bool>());
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void RowsWithoutAStartComeBackAsTheyWere(Attack attack)
    {
        // Class 3 whatever the input.
        using Network network = task.Classifier.Network!.ToType(ScalarType.Float32);
        using NetworkClassifier stubborn = new(network, InputBounds.Unit);
        using (torch.no_grad())
        {
            network.Module.parameters().Last().zero_()[3] = 1e6f;
        }

        using Tensor labels = task.Labels.new_full(AttackTask.Rows, 3L);
        using AttackResult result = attack.Run(stubborn, task.Inputs, Goal.Misclassify(labels));
        CollectionAssert.AreEqual(SmallNetwork.Bits(task.Inputs), SmallNetwork.Bits(result.Inputs));
        Assert.IsFalse(result.Succeeded.any().item<bool>());
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void TargetsAreReachedFromStartsThatAreGiven(Attack attack)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(Golden.Network("mlp"), InputBounds.Unit);
        Tensor images = Mnist.Images(40);
        Tensor predicted = classifier.Logits(images).argmax(1);
        Tensor inputs = images.narrow(0, 0, 4);
        Tensor starts = images.narrow(0, 20, 4);
        Goal goal = Goal.MisclassifyAs(predicted.narrow(0, 20, 4));

        using AttackResult result = attack.Run(classifier, inputs, goal, new() { Starts = starts });

        Tensor furthest = attack.ThreatModel.Norm.Measure(starts - inputs);
        Assert.IsTrue(result.Succeeded.all().item<bool>());
        Assert.IsTrue(result.Size.less(furthest).logical_or(result.SucceededBefore).all().item<bool>(), "nearer than the start");
    }

    [TestMethod]
    public void StartsOfAnotherShapeAreRefused()
    {
        HopSkipJumpAttack attack = new(Norm.L2, Smallest);
        using Tensor starts = task.Inputs.narrow(0, 0, 2).clone();
        AttackRun run = new() { Starts = starts };
        var e = Assert.ThrowsExactly<ArgumentException>(() => attack.Run(task.Classifier, task.Inputs, task.Goals[0], run));
        Assert.Contains("Expected starts in the shape of the inputs, [9, 3, 5, 5], got [2, 3, 5, 5].", e.Message);
    }
}
