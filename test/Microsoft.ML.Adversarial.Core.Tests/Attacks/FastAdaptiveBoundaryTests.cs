using Microsoft.ML.Adversarial.Attacks.MinimumNorm.AdaptiveBoundary;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks;

/// <summary>FAB and FAB-T.</summary>
[TestClass]
public sealed class FastAdaptiveBoundaryTests
{
    private static readonly Norm[] AllNorms = [Norm.LInfinity, Norm.L2, Norm.L1];

    public static IEnumerable<object[]> Attacks => AllNorms.SelectMany(norm => new object[][]
    {
        [new FastAdaptiveBoundary(norm, double.PositiveInfinity)],
        [new TargetedFastAdaptiveBoundary(norm, double.PositiveInfinity)],
    });

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void TwoLinearClassesAreLeftByTheShortestWay(AdaptiveBoundaryAttack attack)
    {
        Tensor inputs = TestNetworks.Normal([20, 5], seed: 3).clamp_(-0.25, 0.25);
        Assert.AreEqual(20, AssertShortest(inputs, InputBounds.Unbounded, 1e-5));
        // Bounds stop many features on their way. What is carried beyond the boundary is then no multiple of the
        // shortest way.
        int reached = AssertShortest(inputs, new([-0.25f, -0.25f, float.NegativeInfinity, -0.25f, -0.25f], [0.25f, 0.25f, 0.25f, 0.25f, 0.25f]), 5e-3);
        Assert.AreEqual(20, reached);
        // No boundary passes between these bounds.
        Assert.AreEqual(0, AssertShortest(inputs + 2, new(1.75f, 2.25f), 0));

        int AssertShortest(Tensor inputs, InputBounds bounds, double excess)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            using NetworkClassifier classifier = TwoLinearClasses.Classifier(bounds);
            (Tensor gap, Tensor slope) = TwoLinearClasses.Gap(classifier, inputs);
            Tensor labels = gap.less(0).to(ScalarType.Int64);
            int count = 0;
            foreach (Goal goal in new[] { Goal.Misclassify(labels), Goal.MisclassifyAs(1 - labels) })
            {
                using AttackResult result = attack.Run(classifier, inputs, goal);
                count = 0;
                for (int row = 0; row < inputs.shape[0]; row++)
                {
                    var (lower, upper) = bounds.ToArrays<double>(5);
                    HyperplaneOracle oracle = HyperplaneOracle.Of(
                        Values(inputs[row]), Values(slope[row]), gap[row].item<double>(), lower, upper);
                    Assert.AreEqual(oracle.IsFeasible, result.Succeeded[row].item<bool>(), $"row {row}");
                    double expected = oracle.IsFeasible ? oracle.Size(attack.ThreatModel.Norm) : 0;
                    Assert.AreEqual(expected, result.Size[row].item<double>(), excess * expected, $"row {row}, {bounds}");
                    count += oracle.IsFeasible ? 1 : 0;
                }
            }

            return count;
        }
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void WhereThereIsNoGradientNothingMoves(AdaptiveBoundaryAttack attack)
    {
        using AttackTask task = new();
        foreach (Goal goal in task.Goals)
        {
            using AttackResult result = attack.Run(new CountedPasses(task.Classifier, inputs => (inputs * 1e3).round() / 1e3), task.Inputs, goal);
            CollectionAssert.AreEqual(SmallNetwork.Bits(task.Inputs), SmallNetwork.Bits(result.Inputs));
        }
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void WhatIsNotANumberIsNoSuccess(AdaptiveBoundaryAttack attack)
    {
        using AttackTask task = new();
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor black = zeros_like(task.Inputs);
        Tensor labels = TestNetworks.Predictions(task.Classifier, black);
        // Whatever is not black makes all logits of the row NaN.
        CountedPasses classifier = new(task.Classifier, inputs => inputs / inputs.eq(0).to(inputs.dtype));

        using AttackResult result = attack.Run(classifier, black, Goal.Misclassify(labels));

        Assert.IsFalse(result.Succeeded.any().item<bool>());
        CollectionAssert.AreEqual(SmallNetwork.Bits(black), SmallNetwork.Bits(result.Inputs));
    }

    [TestMethod]
    public void MoreStartsFindSmallerPerturbations()
    {
        const int rows = 128;
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(Golden.Network("mlp"), InputBounds.Unit);
        Goal goal = Goal.Misclassify(Mnist.Labels(rows));
        foreach (Norm norm in AllNorms)
        {
            FastAdaptiveBoundary attack = new(norm, double.PositiveInfinity) { Steps = 50 };
            using AttackResult one = attack.Run(classifier, Mnist.Images(rows), goal);
            using AttackResult three = (attack with { Restarts = 3 }).Run(classifier, Mnist.Images(rows), goal);
            Assert.IsTrue(one.Succeeded.all().item<bool>());
            Assert.IsLessThan(0.998 * one.Size.mean().item<float>(), three.Size.mean().item<float>(), norm.Name);
            // The last steps, towards the original, may gain more from a point that was a little larger.
            Assert.IsLessThan(1.005, (three.Size / one.Size).nan_to_num(1).max().item<float>(), "what was found is kept");
            using AttackResult other = (attack with { Restarts = 3 }).Run(classifier, Mnist.Images(rows), goal, new() { Seed = 1 });
            Assert.IsTrue(other.Size.ne(three.Size).any().item<bool>(), "the seed does not matter");
        }
    }

    [TestMethod]
    public void MoreClassesFindSmallerPerturbations()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(Golden.Network("mlp"), InputBounds.Unit);
        Goal goal = Goal.Misclassify(Mnist.Labels(64));
        foreach (Norm norm in AllNorms)
        {
            TargetedFastAdaptiveBoundary attack = new(norm, double.PositiveInfinity) { Steps = 30 };
            using AttackResult one = (attack with { TargetClasses = 1 }).Run(classifier, Mnist.Images(64), goal);
            using AttackResult four = (attack with { TargetClasses = 4 }).Run(classifier, Mnist.Images(64), goal);
            Assert.IsTrue(four.Succeeded.all().item<bool>());
            Tensor change = (four.Size - one.Size).masked_select(one.Succeeded);
            Assert.IsLessThanOrEqualTo(1e-6, change.max().item<float>());
            Assert.IsLessThan(0, change.mean().item<float>());
        }
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void ARowLeavesOnceItIsWithinTheBudget(AdaptiveBoundaryAttack attack)
    {
        const int rows = 64;
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier network = new(Golden.Network("mlp"), InputBounds.Unit);
        var (images, goal) = (Mnist.Images(rows), Goal.Misclassify(Mnist.Labels(rows)));
        double epsilon = attack.ThreatModel.Norm.Order switch { 1 => 7, 2 => 1, _ => 0.06 };
        AdaptiveBoundaryAttack within = attack is TargetedFastAdaptiveBoundary
            ? new TargetedFastAdaptiveBoundary(attack.ThreatModel.Norm, epsilon) { Steps = 40 }
            : new FastAdaptiveBoundary(attack.ThreatModel.Norm, epsilon) { Steps = 40 };
        CountedPasses leaving = new(network);
        CountedPasses staying = new(network);

        using AttackResult few = (within with { StopAtSuccess = true }).Run(leaving, images, goal);
        using AttackResult all = within.Run(staying, images, goal);

        double broken = few.Succeeded.to(ScalarType.Float64).mean().item<double>();
        Assert.IsGreaterThan(0.6, broken);
        Assert.IsLessThan(1, broken, "the budget is too small for some");
        Assert.AreEqual(all.Succeeded.sum().item<long>(), few.Succeeded.sum().item<long>());
        Assert.IsLessThan(0.6 * staying.Rows, leaving.Rows);
        Assert.IsLessThan(few.Size.mean().item<float>(), all.Size.mean().item<float>(), "those that stay find smaller ones");
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void WhatWasFoundBeforeACancellationIsKept(AdaptiveBoundaryAttack attack)
    {
        using AttackTask task = new();
        using CancellationTokenSource cancellation = new();
        int passes = 0;
        CountedPasses classifier = new(task.Classifier, inputs =>
        {
            if (++passes == 30)
            {
                cancellation.Cancel();
            }

            return inputs;
        });

        using AttackResult result = attack.Run(classifier, task.Inputs, task.Goals[0], new() { Cancellation = cancellation.Token });

        Assert.IsTrue(result.WasCancelled);
        Assert.IsLessThan(40, passes);
        Assert.IsGreaterThan(0, result.Succeeded.logical_and(result.SucceededBefore.logical_not()).sum().item<long>());
    }

    [TestMethod]
    public void SettingsOutOfRangeAreRefused()
    {
        AssertRefused("Steps", "Expected Steps >= 1, got 0.", () => new FastAdaptiveBoundary(Norm.L2, 1) { Steps = 0 });
        AssertRefused("Restarts", "Expected Restarts >= 1, got 0.", () => new FastAdaptiveBoundary(Norm.L2, 1) { Restarts = 0 });
        AssertRefused("LargestBias", "Expected LargestBias between 0 and 1, got 1.1.", () => new FastAdaptiveBoundary(Norm.L2, 1) { LargestBias = 1.1 });
        AssertRefused("Extrapolation", "Expected Extrapolation >= 1 and finite, got 0.9.", () => new FastAdaptiveBoundary(Norm.L2, 1) { Extrapolation = 0.9 });
        AssertRefused("BackwardStep", "Expected BackwardStep > 0 and < 1, got 1.", () => new FastAdaptiveBoundary(Norm.L2, 1) { BackwardStep = 1 });
        AssertRefused("TargetClasses", "Expected TargetClasses >= 1, got 0.", () => new TargetedFastAdaptiveBoundary(Norm.L2, 1) { TargetClasses = 0 });
        Assert.ThrowsExactly<ArgumentException>(() => new FastAdaptiveBoundary(Norm.L0, 1));
    }

    private static void AssertRefused(string setting, string problem, Func<Attack> make)
    {
        var e = Assert.ThrowsExactly<ArgumentOutOfRangeException>(make);
        Assert.AreEqual(setting, e.ParamName);
        Assert.StartsWith(problem, e.Message);
    }

    private static double[] Values(Tensor row) => row.data<double>().ToArray();
}
