using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks;

/// <summary>How attacks compare on a trained network, over 128 rows.</summary>
[TestClass]
public sealed class AttackStrengthTests
{
    private const int Rows = 128;

    private readonly NetworkClassifier classifier = new(Golden.Network("mlp"), InputBounds.Unit);
    private readonly Tensor images = Mnist.Images(Rows);
    private readonly Tensor labels = Mnist.Labels(Rows);

    public static IEnumerable<object[]> Norms => [["Linf", 0.05], ["L2", 0.6]];

    public static IEnumerable<object[]> Attacks => AttackTable.Rows;

    [TestCleanup]
    public void Free()
    {
        classifier.Dispose();
        images.Dispose();
        labels.Dispose();
    }

    [TestMethod]
    [DynamicData(nameof(Norms))]
    public void StepsAreWorthMoreThanOne(string name, double epsilon)
    {
        Norm norm = Norm.Parse(name);
        long single = Broken(new FastGradientMethod(norm, epsilon));
        Assert.IsGreaterThan(Rows / 10, single);
        Assert.IsLessThan(Rows * 9L / 10, single);
        Assert.IsGreaterThanOrEqualTo(single, Broken(new BasicIterativeMethod(norm, epsilon)), "BIM");
        Assert.IsGreaterThanOrEqualTo(single, Broken(new MomentumIterativeMethod(norm, epsilon)), "MI-FGSM");
        long projected = Broken(new ProjectedGradientDescent(norm, epsilon));
        Assert.IsGreaterThanOrEqualTo(single, projected, "PGD");
        Assert.IsGreaterThanOrEqualTo(projected, Broken(new ProjectedGradientDescent(norm, epsilon) { Restarts = 3 }), "PGD with restarts");
        Assert.IsGreaterThanOrEqualTo(
            single, Broken(new ProjectedGradientDescent(norm, epsilon) { Objective = AttackObjective.LogitMargin }), "PGD on the margin");
    }

    [TestMethod]
    [DynamicData(nameof(Norms))]
    public void ALargerBudgetBreaksNoFewer(string name, double epsilon)
    {
        Norm norm = Norm.Parse(name);
        long[] broken = [.. new[] { 0, 0.5, 1, 2, 4 }.Select(factor => Broken(new ProjectedGradientDescent(norm, factor * epsilon)))];
        CollectionAssert.AreEqual(broken.Order().ToArray(), broken);
        Assert.IsLessThan(Rows / 20, broken[0]);
        Assert.IsGreaterThan(Rows * 19 / 20, broken[^1]);
    }

    [TestMethod]
    public void TheFullRangeBreaksEveryRow()
    {
        Assert.AreEqual(Rows, Broken(new ProjectedGradientDescent(Norm.LInfinity, 1)));
        Assert.AreEqual(Rows, Broken(new BasicIterativeMethod(Norm.LInfinity, 1)));
        Assert.AreEqual(Rows, Broken(new MomentumIterativeMethod(Norm.LInfinity, 1)));
        Assert.AreEqual(Rows, Broken(new ProjectedGradientDescent(Norm.L2, 28)));
    }

    [TestMethod]
    public void ASmallStepGainsTheDualNormOfTheGradient()
    {
        // First order: f(x + ε U_p(g)) − f(x) = ε ‖g‖_q, in float64 and without bounds, for one small ε and every norm.
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier exact = new(classifier.Network!.ToType(ScalarType.Float64), InputBounds.Unbounded);
        Tensor inputs = images.to(ScalarType.Float64);
        Goal goal = Goal.Misclassify(labels);
        Tensor gradient = ((IDifferentiableClassifier)exact).InputGradient(
            inputs.clone().requires_grad_(), logits => AttackObjective.CrossEntropy.Cotangent(logits, goal));
        foreach (double p in new[] { 1, 1.5, 2, 3, double.PositiveInfinity })
        {
            const double epsilon = 1e-7;
            AttackResult result = new FastGradientMethod(Norm.Lp(p), epsilon).Run(exact, inputs, goal);
            using IDisposable frozen = torch.no_grad();
            Tensor before = AttackObjective.CrossEntropy.Value(exact.Logits(inputs), goal);
            Tensor gain = AttackObjective.CrossEntropy.Value(exact.Logits(result.Inputs), goal) - before;
            double dual = p == 1 ? double.PositiveInfinity : double.IsInfinity(p) ? 1 : p / (p - 1);
            Tensor expected = Norm.Lp(dual).Measure(gradient) * epsilon;
            Assert.IsLessThan(1e-3, ((gain - expected).abs().sum() / expected.sum()).item<double>(), $"p = {p}");
        }
    }

    [TestMethod]
    public void RestartsKeepTheRowsThatWereBroken()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        // One short step: where it starts decides much of where it ends.
        ProjectedGradientDescent attack = new(Norm.LInfinity, 0.06) { Steps = 1, StepSize = 0.02 };
        Tensor once = attack.Run(classifier, images, Goal.Misclassify(labels)).Succeeded;
        AttackResult again = (attack with { Restarts = 10 }).Run(classifier, images, Goal.Misclassify(labels));
        Assert.IsFalse(once.logical_and(again.Succeeded.logical_not()).any().item<bool>(), "a broken row was lost");
        Assert.IsGreaterThan(once.sum().item<long>(), again.Succeeded.sum().item<long>(), "restarts found nothing");
    }

    private long Broken(Attack attack)
    {
        using AttackResult result = attack.Run(classifier, images, Goal.Misclassify(labels));
        return result.Succeeded.sum().item<long>();
    }
}
