using Microsoft.ML.Adversarial.Attacks.AdaptiveSteps;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm.AdaptiveBoundary;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Constraints;

/// <summary>How near attacks come to the best that linear constraints leave, on a linear classifier, where that is known.</summary>
[TestClass]
public sealed class LinearStrengthTests
{
    private const int Features = 40;

    // With the share of the best there is. Not in L1 and L0, where Euclidean projections onto long sums spread what should be one change over all.
    public static IEnumerable<object[]> Attacks =>
    [
        [new FastGradientMethod(Norm.L2, 1), 0.99],
        [new ProjectedGradientDescent(Norm.L2, 1), 0.99],
        [new AutoProjectedGradientDescent(Norm.L2, 1) { Iterations = 40 }, 0.99],
        [new ProjectedGradientDescent(Norm.LInfinity, 0.2), 0.9],
        [new AutoProjectedGradientDescent(Norm.LInfinity, 0.2) { Iterations = 40 }, 0.9],
    ];

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void ATotalThatStaysLeavesWhatItMust(object attack, double share)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Attack plain = (Attack)attack;
        Tensor weights = (TestNetworks.Uniform([1, Features]) - 0.3) / 2;
        Tensor inputs = TestNetworks.Uniform([1, Features]) - 0.5;
        InputConstraints constraints = new() { Linear = [Total(inputs)] };
        AttackResult result = (plain with { Constraints = constraints }).Run(new Hyperplane(weights), inputs, Goal.Misclassify(zeros(1, ScalarType.Int64)));

        double gained = ((result.Inputs - inputs) * weights).sum().item<float>();
        Tensor centred = weights - (plain.ThreatModel.Norm == Norm.LInfinity ? weights.median() : weights.mean());
        double best = plain.ThreatModel.Epsilon * plain.ThreatModel.Norm.Order switch
        {
            2 => centred.norm().item<float>(),
            _ => centred.abs().sum().item<float>(),
        };
        Assert.IsLessThan(1.001, gained / best);
        Assert.IsGreaterThan(share, gained / best);
    }

    [TestMethod]
    public void TheSmallestPerturbationThatKeepsATotalIsFound()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor weights = (TestNetworks.Uniform([1, Features]) - 0.3) / 2;
        Tensor inputs = -(TestNetworks.Uniform([1, Features]) + weights.sign()) / 10;
        InputConstraints constraints = new() { Linear = [Total(inputs)] };
        double gap = -(inputs * weights).sum().item<float>();
        double best = gap / (weights - weights.mean()).norm().item<float>();
        Attack[] attacks =
        [
            new DeepFool(Norm.L2, double.PositiveInfinity), new FastMinimumNorm(Norm.L2, double.PositiveInfinity),
            new DecoupledDirectionAndNorm(Norm.L2, double.PositiveInfinity), new FastAdaptiveBoundary(Norm.L2, double.PositiveInfinity),
        ];
        foreach (Attack attack in attacks)
        {
            AttackResult result = (attack with { Constraints = constraints }).Run(new Hyperplane(weights), inputs, Goal.Misclassify(zeros(1, ScalarType.Int64)));
            Assert.IsTrue(result.Succeeded.all().item<bool>());
            Assert.IsGreaterThan(best * 0.999, result.Size.item<float>());
            Assert.IsLessThan(best * 1.1, result.Size.item<float>());
        }
    }

    private static LinearConstraint Total(Tensor inputs) => LinearConstraint.Exactly(
        Enumerable.Range(0, Features).ToDictionary(feature => feature, _ => 1.0), inputs.to(ScalarType.Float64).sum().item<double>());

    // Class 1 where w·x is above 0.
    private sealed class Hyperplane(Tensor weights) : IDifferentiableClassifier
    {
        public IReadOnlyList<long> InputShape => [Features];

        public int ClassCount => 2;

        public InputBounds Bounds => InputBounds.Unbounded;

        public ScalarType ElementType => ScalarType.Float32;

        public Device Device => CPU;

        public Tensor Logits(Tensor inputs)
        {
            Tensor score = (inputs * weights).sum(1, keepdim: true);
            return cat([zeros_like(score), score], 1);
        }
    }
}
