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

    /// <summary>Attacks that take several steps; those of Auto-PGD with fewer than usual.</summary>
    public static IEnumerable<object[]> Iterated =>
    [
        .. new[] { "bim", "mifgsm", "nifgsm", "difgsm", "pgd", "apgd", "apgd-t" }
            .SelectMany(name => Norms.Select(norm => new[] { name, norm[0], norm[1] })),
        .. new[] { "bim", "mifgsm", "nifgsm", "difgsm", "pgd", "apgd", "apgd-t" }.Select(name => new object[] { name, "L1", 5.0 }),
    ];

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
        Assert.IsGreaterThanOrEqualTo(single, Broken(new NesterovIterativeMethod(norm, epsilon)), "NI-FGSM");
        // Resized images are for other networks: on this one only what is never resized is worth more than one step.
        Assert.IsGreaterThanOrEqualTo(single, Broken(new DiverseInputMethod(norm, epsilon) { Probability = 0 }), "DI-FGSM");
        long projected = Broken(new ProjectedGradientDescent(norm, epsilon));
        Assert.IsGreaterThanOrEqualTo(single, projected, "PGD");
        Assert.IsGreaterThanOrEqualTo(projected, Broken(new ProjectedGradientDescent(norm, epsilon) { Restarts = 3 }), "PGD with restarts");
        Assert.IsGreaterThanOrEqualTo(
            single, Broken(new ProjectedGradientDescent(norm, epsilon) { Objective = AttackObjective.LogitMargin }), "PGD on the margin");
        Assert.IsGreaterThanOrEqualTo(projected, Broken(Create("apgd", name, epsilon)), "APGD");
        Assert.IsGreaterThanOrEqualTo(single, Broken(Create("apgd-t", name, epsilon)), "APGD-T");
    }

    [TestMethod]
    public void StepsAreWorthMoreThanOneInL1()
    {
        long single = Broken(Create("fgsm", "L1", 5));
        Assert.IsGreaterThan(Rows / 3, single);
        foreach (string name in new[] { "bim", "mifgsm", "nifgsm", "pgd", "apgd", "apgd-t" })
        {
            Assert.IsGreaterThanOrEqualTo(single, Broken(Create(name, "L1", 5)), name);
        }
    }

    [TestMethod]
    [DynamicData(nameof(Iterated))]
    public void ALargerBudgetBreaksNoFewer(string name, string norm, double epsilon)
    {
        long[] broken = [.. new[] { 0, 0.5, 1, 2, 8 }.Select(factor => Broken(Create(name, norm, factor * epsilon)))];
        CollectionAssert.AreEqual(broken.Order().ToArray(), broken);
        Assert.IsLessThan(Rows / 20, broken[0]);
        Assert.IsGreaterThan(Rows * 19 / 20, broken[^1]);
    }

    [TestMethod]
    [DataRow("Linf")]
    [DataRow("L2")]
    [DataRow("L1")]
    public void TheFullRangeBreaksEveryRow(string norm)
    {
        // The largest distance of two images.
        double epsilon = Math.Pow(28 * 28, 1 / Norm.Parse(norm).Order);
        foreach (string name in Iterated.Where(one => one[1].Equals(norm)).Select(one => (string)one[0]).Append("autoattack"))
        {
            Assert.AreEqual(Rows, Broken(Create(name, norm, epsilon)), name);
        }
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

    private static Attack Create(string name, string norm, double epsilon)
    {
        Dictionary<string, string> settings = name switch
        {
            "apgd" => new() { ["Iterations"] = "40" },
            "apgd-t" => new() { ["Iterations"] = "20", ["TargetClasses"] = "3" },
            _ => [],
        };
        return new AttackDescription(name, norm, epsilon, settings).Create();
    }

    private long Broken(Attack attack)
    {
        using AttackResult result = attack.Run(classifier, images, Goal.Misclassify(labels));
        return result.Succeeded.sum().item<long>();
    }
}
