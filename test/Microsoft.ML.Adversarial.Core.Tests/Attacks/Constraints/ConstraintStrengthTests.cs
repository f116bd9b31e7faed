using Microsoft.ML.Adversarial.Attacks.AdaptiveSteps;
using Microsoft.ML.Adversarial.Attacks.Cascades;
using Microsoft.ML.Adversarial.Attacks.Evasion;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm;
using Microsoft.ML.Adversarial.Attacks.RandomSearch;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Constraints;

/// <summary>That constraints cost attacks no more than what they forbid, on the golden network.</summary>
[TestClass]
public sealed class ConstraintStrengthTests
{
    private const int Rows = 100;

    private static readonly InputConstraints Pixels = new() { EightBit = true };

    private readonly NetworkClassifier classifier = new(Golden.Network("mlp"), InputBounds.Unit);
    private readonly Tensor inputs = Mnist.Images(Rows);
    private readonly Tensor labels = Mnist.Labels(Rows);

    // Half a level of 8 bits fits in no budget here: what is rounded up would leave it.
    public static IEnumerable<object[]> Attacks =>
    [
        [new ProjectedGradientDescent(Norm.LInfinity, 10.5 / 255)],
        [new ProjectedGradientDescent(Norm.L2, 0.6)],
        [new AutoProjectedGradientDescent(Norm.LInfinity, 10.5 / 255) { Iterations = 20 }],
        [new AutoProjectedGradientDescent(Norm.L2, 0.6) { Iterations = 20 }],
        [new AutoProjectedGradientDescent(Norm.L1, 5) { Iterations = 40 }],
        [new SquareAttack(Norm.LInfinity, 25.5 / 255) { Queries = 200 }],
        [new DeepFool(Norm.L2, double.PositiveInfinity)],
        [new DeepFool(Norm.LInfinity, double.PositiveInfinity)],
    ];

    [TestCleanup]
    public void Free()
    {
        classifier.Dispose();
        inputs.Dispose();
        labels.Dispose();
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void PixelsOfEightBitsAreBrokenNearlyAsOftenAsAny(object attack)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Attack plain = (Attack)attack;
        AttackResult free = plain.Run(classifier, inputs, Goal.Misclassify(labels));
        AttackResult stored = (plain with { Constraints = Pixels }).Run(classifier, inputs, Goal.Misclassify(labels));

        // As a file of 8-bit pixels gives them back.
        Tensor read = (stored.Inputs * 255).round().to(ScalarType.Byte).to(ScalarType.Float32) / 255;
        Assert.IsTrue(read.eq(stored.Inputs).all().item<bool>());
        Assert.IsGreaterThanOrEqualTo(Share(free.Succeeded) - 0.05, Share(stored.Succeeded));
        if (plain is MinimumNormAttack)
        {
            double coarsest = plain.ThreatModel.Norm == Norm.LInfinity ? 1.0 / 255 : 0.15;
            Assert.IsLessThan(free.Size.mean().item<float>() + coarsest, stored.Size.mean().item<float>());
        }
    }

    [TestMethod]
    public void AFrozenFrameCostsWhatItIsWorth()
    {
        // The frame of MNIST is empty: the network hardly looks there.
        InputConstraints frame = new() { Frozen = FeatureSet.Where(Enumerable.Range(0, 784).Select(pixel => pixel / 28 is 0 or 27 || pixel % 28 is 0 or 27)) };
        foreach (Attack attack in new Attack[] { new AutoProjectedGradientDescent(Norm.LInfinity, 0.1) { Iterations = 20 }, new DeepFool(Norm.L2, 1.5) })
        {
            using AttackResult free = attack.Run(classifier, inputs, Goal.Misclassify(labels));
            using AttackResult framed = (attack with { Constraints = frame }).Run(classifier, inputs, Goal.Misclassify(labels));
            Assert.IsGreaterThanOrEqualTo(Share(free.Succeeded) - 0.05, Share(framed.Succeeded));
        }
    }

    [TestMethod]
    public void ACascadesStagesObeyItsConstraints()
    {
        AutoAttack attack = AutoAttack.Standard(Norm.LInfinity, 8.5 / 255) with { Constraints = Pixels };
        using CascadeResult result = attack.Evaluate(classifier, inputs, Goal.Misclassify(labels));
        int broken = result.Stages.Sum(stage => stage.NewlyBroken.Count) + (int)result.Attacked.SucceededBefore.sum().item<long>();
        Assert.IsTrue(result.Stages.All(stage => stage.Attack.Constraints == Pixels));
        Assert.AreEqual((int)result.Attacked.Succeeded.sum().item<long>(), broken, "what a stage broke stays broken");
    }

    [TestMethod]
    public void ATransferIsCraftedUnderItsConstraints()
    {
        ProjectedGradientDescent crafting = new(Norm.LInfinity, 0.1);
        using AttackResult direct = (crafting with { Constraints = Pixels }).Run(classifier, inputs, Goal.Misclassify(labels));
        using AttackResult transferred = (new Transfer(crafting, classifier) with { Constraints = Pixels }).Run(classifier, inputs, Goal.Misclassify(labels));
        Assert.IsTrue(direct.Inputs.eq(transferred.Inputs).all().item<bool>());
    }

    [TestMethod]
    [DataRow(EvasionSchedule.Selective)]
    [DataRow(EvasionSchedule.Lagrangian)]
    public void DetectorsAreEvadedByValidInputs(EvasionSchedule schedule)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        IDifferentiableDetector detector = new LogitMargin().On(classifier).AsDifferentiable();
        DetectorThreshold threshold = new(detector, detector.Score(inputs).quantile(tensor(0.95)).to(ScalarType.Float64).item<double>());
        DetectorEvasion plain = new(Norm.LInfinity, 0.1, [threshold]) { Steps = 20, Schedule = schedule };
        InputConstraints constraints = Pixels with { Frozen = FeatureSet.Range(0, 100) };
        AttackResult free = plain.Run(classifier, inputs, Goal.Misclassify(labels));
        AttackResult stored = (plain with { Constraints = constraints }).Run(classifier, inputs, Goal.Misclassify(labels));

        Assert.IsTrue(((stored.Inputs * 255).round() / 255).eq(stored.Inputs).all().item<bool>());
        Assert.IsTrue(stored.Inputs.flatten(1).narrow(1, 0, 100).eq(inputs.flatten(1).narrow(1, 0, 100)).all().item<bool>());
        double evaded = Share(stored.Succeeded.logical_and(plain.Passes(stored.Inputs)));
        Assert.IsGreaterThanOrEqualTo(Share(free.Succeeded.logical_and(plain.Passes(free.Inputs))) - 0.05, evaded);
    }

    private static double Share(Tensor rows) => rows.to(ScalarType.Float64).mean().item<double>();
}
