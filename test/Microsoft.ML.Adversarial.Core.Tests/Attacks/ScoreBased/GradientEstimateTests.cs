using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.ScoreBased;

/// <summary>Estimated gradients against those of a linear function.</summary>
[TestClass]
public sealed class GradientEstimateTests
{
    private const int Pairs = 20_000;

    public static IEnumerable<object[]> Attacks =>
    [
        [new NaturalEvolutionStrategies(Norm.L2, 1) { Objective = AttackObjective.LogitMargin, SamplingRadius = 0.1 }],
        [new SimultaneousPerturbationStochasticApproximation(Norm.L2, 1) { SamplingRadius = 0.1 }],
    ];

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void TheyAreUnbiasedAndAtABoundHalf(GradientEstimateAttack attack)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier linear = TwoLinearClasses.Classifier(InputBounds.Unbounded);
        Tensor inputs = TestNetworks.Normal([1, 5]);
        var (gap, slope) = TwoLinearClasses.Gap(linear, inputs);
        long label = gap.item<double>() > 0 ? 0 : 1;
        Tensor expected = label == 0 ? -slope : slope;
        Tensor estimate = Estimate(attack, linear, inputs, label);

        // The variance of a feature's estimate is at most (‖g‖² + g_i²)/pairs with normal directions, less with signs.
        double deviation = Math.Sqrt(2 * expected.square().sum().item<double>() / Pairs);
        Assert.IsLessThan(5 * deviation, (estimate - expected).abs().max().item<double>());

        float[] lower = [.. inputs.flatten().to(ScalarType.Float32).data<float>().ToArray()];
        Tensor atBound = tensor(lower).to(ScalarType.Float64).unsqueeze(0);
        using NetworkClassifier bounded = TwoLinearClasses.Classifier(new(lower, [.. Enumerable.Repeat(float.PositiveInfinity, 5)]));
        Assert.IsLessThan(5 * deviation, (Estimate(attack, bounded, atBound, label) - (expected / 2)).abs().max().item<double>());
    }

    private static Tensor Estimate(GradientEstimateAttack attack, NetworkClassifier classifier, Tensor inputs, long label)
    {
        using var noGrad = no_grad();
        TorchSharp.DisposeScope scope = torch.NewDisposeScope();
        AttackContext<IClassifier> context = new(
            classifier, inputs, Goal.Misclassify(tensor(new[] { label })), attack.ThreatModel, new() { Seed = 3 }, scope);
        ScoredRows rows = new(context, AttackObjective.LogitMargin, 1_000_000);
        Tensor estimate = new GradientEstimate(attack, rows).At(inputs, Pairs, rows.Random(1)).MoveToOuterDisposeScope();
        Assert.AreEqual(1_000_000 - 1 - (2 * Pairs), rows.Left);
        scope.Dispose();
        return estimate;
    }
}
