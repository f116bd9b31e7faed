using Microsoft.ML.Adversarial.Attacks.MinimumNorm;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm.CarliniWagner;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm.ElasticNet;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks;

/// <summary>Carlini and Wagner's attacks and the elastic-net attack.</summary>
[TestClass]
public sealed class PenaltyAttackTests
{
    public static IEnumerable<object[]> Attacks =>
    [
        [new CarliniWagnerL2 { Iterations = 300, LearningRate = 0.02 }, 1.05],
        [new ElasticNetAttack { Iterations = 500, DecisionRule = DecisionRule.L1, Beta = 0.05 }, 1.08],
        [new CarliniWagnerLInfinity { Iterations = 200, LearningRate = 0.02, InitialConstant = 0.1 }, 1.2],
        [new CarliniWagnerL0 { Iterations = 100, LearningRate = 0.05, LargestConstant = 1e3 }, 1.0],
    ];

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void TwoLinearClassesAreLeftByTheShortestWay(PenaltyAttack attack, double excess)
    {
        // Where the logits differ by w·x + b, the nearest point of the boundary is |w·x + b| / ‖w‖ of the dual norm away.
        Tensor inputs = TestNetworks.Normal([6, 5], seed: 3);
        Norm norm = attack.ThreatModel.Norm;
        AssertShortest(InputBounds.Unbounded);
        AssertShortest(new([-4, -3, float.NegativeInfinity, -5, -3], [4, 4, 5, float.PositiveInfinity, 3]));

        void AssertShortest(InputBounds bounds)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            using NetworkClassifier classifier = TwoLinearClasses.Classifier(bounds);
            (Tensor gap, Tensor slope) = TwoLinearClasses.Gap(classifier, inputs);
            Tensor labels = gap.less(0).to(ScalarType.Int64);
            Tensor shortest = norm.Order == 0 ? ones_like(gap) : gap.abs() / norm.Dual.Measure(slope);
            foreach (Goal goal in new[] { Goal.Misclassify(labels), Goal.MisclassifyAs(1 - labels) })
            {
                using AttackResult result = attack.Run(classifier, inputs, goal);
                Assert.IsTrue(result.Succeeded.all().item<bool>(), "success");
                Assert.AreEqual(0, result.SucceededBefore.sum().item<long>());
                double ratio = (result.Size / shortest).max().item<double>();
                Assert.IsLessThanOrEqualTo(excess, ratio, $"{norm} {bounds}");
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void WhatIsReachedIsReachedByTheConfidence(PenaltyAttack attack, double excess)
    {
        Assert.IsGreaterThanOrEqualTo(1, excess);
        const double confidence = 0.25;
        using AttackTask task = new();
        using DisposeScope scope = torch.NewDisposeScope();
        foreach (Goal goal in task.Goals)
        {
            using AttackResult result = (attack with { Confidence = confidence, Iterations = 50, LearningRate = 0.05 }).Run(task.Classifier, task.Inputs, goal);
            using IDisposable frozen = torch.no_grad();
            Tensor attacked = result.Succeeded.logical_and(result.SucceededBefore.logical_not()).nonzero().flatten();
            Assert.IsGreaterThan(2, attacked.shape[0]);
            Tensor margins = goal.Margin(task.Classifier.Logits(result.Inputs)).index_select(0, attacked);
            Assert.IsGreaterThan(confidence - 1e-5, margins.min().item<float>());
        }
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void WhatIsNotANumberIsNoSuccess(PenaltyAttack attack, double excess)
    {
        Assert.IsGreaterThanOrEqualTo(1, excess);
        using AttackTask task = new();
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor black = zeros_like(task.Inputs);
        Tensor labels = TestNetworks.Predictions(task.Classifier, black);
        // Whatever is not black makes all logits of the row NaN.
        CountedPasses classifier = new(task.Classifier, inputs => inputs / inputs.eq(0).to(inputs.dtype));

        using AttackResult result = (attack with { Iterations = 20 }).Run(classifier, black, Goal.Misclassify(labels));

        Assert.IsFalse(result.Succeeded.any().item<bool>());
        CollectionAssert.AreEqual(SmallNetwork.Bits(black), SmallNetwork.Bits(result.Inputs));
    }

    [TestMethod]
    public void RowsThatAreDoneLeave()
    {
        const int rows = 64;
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier network = new(Golden.Network("mlp"), InputBounds.Unit);
        Tensor images = Mnist.Images(rows);
        Tensor labels = Mnist.Labels(rows);
        CarliniWagnerL2 attack = new() { Iterations = 100, LearningRate = 0.1 };
        foreach (Goal goal in new[] { Goal.Misclassify(labels), Goal.MisclassifyAs((labels + 1).remainder(10)) })
        {
            (long Passes, double Success, double Size) leaving = Count(attack, goal);
            (long Passes, double Success, double Size) staying = Count(attack with { AbortEarly = false }, goal);
            Assert.AreEqual(staying.Success, leaving.Success);
            Assert.AreEqual(staying.Size, leaving.Size, 0.01 * staying.Size);
            Assert.IsLessThan(0.6 * staying.Passes, leaving.Passes);
        }

        (long Passes, double Success, double Size) Count(Attack counted, Goal goal)
        {
            CountedPasses classifier = new(network);
            using AttackResult result = counted.Run(classifier, images, goal);
            return (classifier.Rows, result.Succeeded.sum().item<long>(), result.Size.mean().item<float>());
        }
    }

    [TestMethod]
    public void FewFeaturesSuffice()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(Golden.Network("mlp"), InputBounds.Unit);
        Tensor labels = Mnist.Labels(8);

        using AttackResult result = new CarliniWagnerL0 { Iterations = 50, LearningRate = 0.2, InitialConstant = 0.1, LargestConstant = 100 }
            .Run(classifier, Mnist.Images(8), Goal.MisclassifyAs((labels + 1).remainder(10)));

        Assert.IsTrue(result.Succeeded.all().item<bool>());
        // The saliency map attack changes 21 on average.
        Assert.IsLessThan(21, result.Size.mean().item<float>());
    }

    [TestMethod]
    public void SettingsOutOfRangeAreRefused()
    {
        AssertRefused("Confidence", "Expected Confidence >= 0 and finite, got -0.1.", () => new CarliniWagnerL2 { Confidence = -0.1 });
        AssertRefused("Confidence", "Expected Confidence >= 0 and finite", () => new ElasticNetAttack { Confidence = double.NaN });
        AssertRefused("BinarySearchSteps", "Expected BinarySearchSteps >= 1, got 0.", () => new CarliniWagnerL2 { BinarySearchSteps = 0 });
        AssertRefused("Iterations", "Expected Iterations >= 1, got 0.", () => new CarliniWagnerL0 { Iterations = 0 });
        AssertRefused("LearningRate", "Expected LearningRate > 0 and finite, got 0.", () => new CarliniWagnerLInfinity { LearningRate = 0 });
        AssertRefused("InitialConstant", "Expected InitialConstant > 0 and finite, got -1.", () => new CarliniWagnerL2 { InitialConstant = -1 });
        AssertRefused("LargestConstant", "Expected LargestConstant > 0 and finite, got 0.", () => new CarliniWagnerL0 { LargestConstant = 0 });
        AssertRefused("Decay", "Expected Decay > 0 and < 1, got 1.", () => new CarliniWagnerLInfinity { Decay = 1 });
        AssertRefused("Beta", "Expected Beta >= 0 and finite, got -1.", () => new ElasticNetAttack { Beta = -1 });
        Assert.ThrowsExactly<ArgumentException>(() => new CarliniWagnerL2(Norm.LInfinity, 1));
    }

    private static void AssertRefused(string setting, string problem, Func<Attack> make)
    {
        var e = Assert.ThrowsExactly<ArgumentOutOfRangeException>(make);
        Assert.AreEqual(setting, e.ParamName);
        Assert.StartsWith(problem, e.Message);
    }
}
