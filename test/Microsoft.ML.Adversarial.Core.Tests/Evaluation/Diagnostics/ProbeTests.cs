using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Evaluation.Diagnostics;

/// <summary>Classifiers with a known fault, and the diagnostic that must name it.</summary>
[TestClass]
public sealed class ProbeTests
{
    private const int Rows = 32;

    [TestMethod]
    public void AGoodNetworkPassesAllOfThem()
    {
        using DisposeScope scope = NewDisposeScope();
        using NetworkClassifier network = new(Golden.Network("mlp"), InputBounds.Unit);

        RobustnessMetrics metrics = Evaluate(network);

        Assert.IsEmpty(metrics.Warnings, metrics.ToString());
        DiagnosticKind[] notChecked = [.. metrics.Diagnostics.Where(one => one.Outcome == DiagnosticOutcome.NotChecked).Select(one => one.Kind)];
        CollectionAssert.DoesNotContain(notChecked, DiagnosticKind.VanishingGradients);
        CollectionAssert.DoesNotContain(notChecked, DiagnosticKind.UnconstrainedFailure);
        DiagnosticKind[] ofSystems = [DiagnosticKind.NoAdaptiveAttack, DiagnosticKind.AdaptiveWeaker, DiagnosticKind.DetectorClaim];
        CollectionAssert.AreEquivalent(Enum.GetValues<DiagnosticKind>().Except(ofSystems).ToArray(), metrics.Diagnostics.Select(one => one.Kind).ToArray());
        Assert.AreEqual(0, metrics.Curve!.Points[^1].Correct);
    }

    [TestMethod]
    public void LogitsAThousandTimesAsLargeHaveNoGradientLeft()
    {
        using DisposeScope scope = NewDisposeScope();
        using NetworkClassifier network = new(Golden.Network("mlp"), InputBounds.Unit);
        Masked masked = new(network, logits => logits * 1000);

        RobustnessMetrics metrics = Evaluate(masked);

        // PGD finds nothing where the loss is flat; Square, which sees logits, does, and so does AutoAttack, whose ratio has no scale.
        Assert.IsGreaterThan(0.5, metrics["pgd"].RobustAccuracy.Value);
        Assert.IsLessThan(0.5, metrics["square"].RobustAccuracy.Value);
        Assert.AreEqual(0, metrics["autoattack"].RobustAccuracy.Value);
        Fails(metrics, DiagnosticKind.VanishingGradients, DiagnosticKind.UnavailableGradients, DiagnosticKind.UnconstrainedFailure);
    }

    [TestMethod]
    public void LogitsThatJumpAreUnstable()
    {
        using DisposeScope scope = NewDisposeScope();
        using NetworkClassifier network = new(Golden.Network("mlp"), InputBounds.Unit);
        Masked masked = new(network, logits => logits + (3 * (logits * 500).sin()));

        Fails(Evaluate(masked), DiagnosticKind.UnstablePredictions);
    }

    [TestMethod]
    public void ATransferAttackThatStaysWithItsSubstituteFails()
    {
        using DisposeScope scope = NewDisposeScope();
        using NetworkClassifier network = new(Golden.Network("mlp"), InputBounds.Unit);
        // Another question altogether: the substitute takes digits for the next digit.
        Masked substitute = new(network, logits => logits.roll(1, 1));
        AttackSuite suite = new("transfer", Norm.LInfinity, 0.1, [new("transfer", new Transfer(new FastGradientMethod(Norm.LInfinity, 0.1), substitute))]);

        RobustnessMetrics metrics = RobustnessEvaluation.Run(
            network, classes: null, EvaluationBatch.Of(Mnist.Images(Rows), Mnist.Labels(Rows), Rows), suite);

        Fails(metrics, DiagnosticKind.TransferFailure);
    }

    [TestMethod]
    public void AccuracyThatGrowsWithTheBudgetIsNotMonotone()
    {
        Assert.AreEqual(DiagnosticOutcome.Failed, BudgetCurve.Monotone(Curve(60, 20, 40)).Outcome);
        Assert.AreEqual(0.2, BudgetCurve.Monotone(Curve(60, 20, 40)).Value);
        Assert.AreEqual(DiagnosticOutcome.Passed, BudgetCurve.Monotone(Curve(60, 40, 41)).Outcome);
        Assert.AreEqual(DiagnosticOutcome.NotChecked, BudgetCurve.Monotone(null).Outcome);

        static SecurityCurve Curve(params int[] correct) =>
            new("by hand", 100, [.. correct.Select((count, index) => new SecurityPoint(index, count, count / 100.0))]);
    }

    private static RobustnessMetrics Evaluate(IClassifier classifier) => RobustnessEvaluation.Run(
        classifier, classes: null, EvaluationBatch.Of(Mnist.Images(Rows), Mnist.Labels(Rows), Rows),
        new("by hand", Norm.LInfinity, 0.1, [.. AttackSuite.Quick(Norm.LInfinity, 0.1).Attacks.Skip(1), SuiteAttack.Of(Attacks.Cascades.AutoAttack.Standard(Norm.LInfinity, 0.1))]));

    private static void Fails(RobustnessMetrics metrics, params DiagnosticKind[] kinds)
    {
        foreach (DiagnosticKind kind in kinds)
        {
            CollectionAssert.Contains(metrics.Warnings.Select(warning => warning.Kind).ToArray(), kind, metrics.ToString());
        }
    }

    // A network behind a function of its logits.
    private sealed class Masked(NetworkClassifier network, Func<Tensor, Tensor> of) : IDifferentiableClassifier
    {
        public IReadOnlyList<long> InputShape => network.InputShape;

        public int ClassCount => network.ClassCount;

        public InputBounds Bounds => network.Bounds;

        public ScalarType ElementType => network.ElementType;

        public Device Device => network.Device;

        public Tensor Logits(Tensor inputs) => of(network.Logits(inputs));
    }
}
