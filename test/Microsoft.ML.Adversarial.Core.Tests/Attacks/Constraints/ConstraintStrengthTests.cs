using Microsoft.ML.Adversarial.Attacks.AdaptiveSteps;
using Microsoft.ML.Adversarial.Attacks.Cascades;
using Microsoft.ML.Adversarial.Attacks.Evasion;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm.AdaptiveBoundary;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm.CarliniWagner;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm.ElasticNet;
using Microsoft.ML.Adversarial.Attacks.RandomSearch;
using Microsoft.ML.Adversarial.Attacks.Saliency;
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

    // With the free attack to compare with: in L∞, half a level is no budget.
    public static IEnumerable<object[]> Attacks =>
    [
        Case(Norm.LInfinity, (10.5 / 255, 10.0 / 255), (norm, epsilon) => new ProjectedGradientDescent(norm, epsilon)),
        Case(Norm.L2, (0.6, 0.6), (norm, epsilon) => new ProjectedGradientDescent(norm, epsilon)),
        Case(Norm.LInfinity, (10.5 / 255, 10.0 / 255), (norm, epsilon) => new AutoProjectedGradientDescent(norm, epsilon) { Iterations = 20 }),
        Case(Norm.L2, (0.6, 0.6), (norm, epsilon) => new AutoProjectedGradientDescent(norm, epsilon) { Iterations = 20 }),
        Case(Norm.L1, (5, 5), (norm, epsilon) => new AutoProjectedGradientDescent(norm, epsilon) { Iterations = 40 }),
        Case(Norm.LInfinity, (25.5 / 255, 25.0 / 255), (norm, epsilon) => new SquareAttack(norm, epsilon) { Queries = 200 }),
        Case(Norm.L2, (double.PositiveInfinity, double.PositiveInfinity), (norm, epsilon) => new DeepFool(norm, epsilon)),
        Case(Norm.LInfinity, (double.PositiveInfinity, double.PositiveInfinity), (norm, epsilon) => new DeepFool(norm, epsilon)),
    ];

    public static IEnumerable<object[]> TabularAttacks =>
    [
        Case(Norm.LInfinity, 0.08, (norm, epsilon) => new ProjectedGradientDescent(norm, epsilon)),
        Case(Norm.L2, 1, (norm, epsilon) => new ProjectedGradientDescent(norm, epsilon)),
        Case(Norm.L1, 10, (norm, epsilon) => new ProjectedGradientDescent(norm, epsilon)),
        Case(Norm.LInfinity, 0.08, (norm, epsilon) => new BasicIterativeMethod(norm, epsilon)),
        Case(Norm.LInfinity, 0.08, (norm, epsilon) => new AutoProjectedGradientDescent(norm, epsilon) { Iterations = 20 }),
        Case(Norm.L2, 1, (norm, epsilon) => new AutoProjectedGradientDescent(norm, epsilon) { Iterations = 20 }),
        Case(Norm.L1, 10, (norm, epsilon) => new AutoProjectedGradientDescent(norm, epsilon) { Iterations = 40 }),
        Case(Norm.LInfinity, 0.15, (norm, epsilon) => new SquareAttack(norm, epsilon) { Queries = 200 }),
        Case(Norm.L2, double.PositiveInfinity, (norm, epsilon) => new DeepFool(norm, epsilon)),
        Case(Norm.LInfinity, double.PositiveInfinity, (norm, epsilon) => new DeepFool(norm, epsilon)),
        Case(Norm.L2, double.PositiveInfinity, (norm, epsilon) => new FastMinimumNorm(norm, epsilon) { Steps = 50 }),
        Case(Norm.L1, double.PositiveInfinity, (norm, epsilon) => new FastMinimumNorm(norm, epsilon) { Steps = 50 }),
        Case(Norm.L0, double.PositiveInfinity, (norm, epsilon) => new SigmaZero(norm, epsilon) { Steps = 50 }),
        Case(Norm.L2, double.PositiveInfinity, (norm, epsilon) => new FastAdaptiveBoundary(norm, epsilon) { Steps = 20 }),
        Case(Norm.L1, double.PositiveInfinity, (norm, epsilon) => new FastAdaptiveBoundary(norm, epsilon) { Steps = 20 }),
        Case(Norm.L2, double.PositiveInfinity, (norm, epsilon) => new CarliniWagnerL2(norm, epsilon) { Iterations = 60, LearningRate = 0.1 }),
        Case(Norm.L1, double.PositiveInfinity, (norm, epsilon) => new ElasticNetAttack(norm, epsilon) { Iterations = 60 }),
        Case(Norm.L0, 60, (norm, epsilon) => new JacobianSaliencyMapAttack(norm, epsilon) { BothDirections = true }),
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
    public void PixelsOfEightBitsAreBrokenNearlyAsOftenAsAny(object attack, object counterpart)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Attack plain = (Attack)attack;
        AttackResult free = ((Attack)counterpart).Run(classifier, inputs, Goal.Misclassify(labels));
        AttackResult stored = (plain with { Constraints = Pixels }).Run(classifier, inputs, Goal.Misclassify(labels));

        // As a file of 8-bit pixels gives them back.
        Tensor read = (stored.Inputs * 255).round().to(ScalarType.Byte).to(ScalarType.Float32) / 255;
        Assert.IsTrue(read.eq(stored.Inputs).all().item<bool>());
        Assert.IsGreaterThanOrEqualTo(Share(free.Succeeded) - 0.05, Share(stored.Succeeded));
        if (plain is IMinimumNormAttack)
        {
            double coarsest = plain.ThreatModel.Norm == Norm.LInfinity ? 1.0 / 255 : 0.15;
            Assert.IsLessThan(free.Size.mean().item<float>() + coarsest, stored.Size.mean().item<float>());
        }
    }

    [TestMethod]
    [DynamicData(nameof(TabularAttacks))]
    public void OneWayFeaturesAreBrokenAsOftenAsBoundsThatEndAtTheRow(object attack)
    {
        const int Few = 16;
        using DisposeScope scope = torch.NewDisposeScope();
        Attack plain = (Attack)attack;
        InputConstraints oneWay = new()
        {
            Increasing = FeatureSet.Where(Enumerable.Range(0, 784).Select(pixel => pixel % 4 < 2)),
            Decreasing = FeatureSet.Where(Enumerable.Range(0, 784).Select(pixel => pixel % 4 == 2)),
        };
        AttackResult batch = (plain with { Constraints = oneWay }).Run(classifier, inputs.narrow(0, 0, Few), Goal.Misclassify(labels.narrow(0, 0, Few)));
        List<double> bounded = [];
        List<double> sizes = [];
        for (int row = 0; row < Few; row++)
        {
            Tensor one = inputs.narrow(0, row, 1);
            float[] values = one.contiguous().data<float>().ToArray();
            InputBounds bounds = new([.. values.Select((value, pixel) => pixel % 4 < 2 ? value : 0)], [.. values.Select((value, pixel) => pixel % 4 == 2 ? value : 1)]);
            using NetworkClassifier ending = new(Golden.Network("mlp"), bounds);
            AttackResult result = plain.Run(ending, one, Goal.Misclassify(labels.narrow(0, row, 1)));
            bounded.Add(Share(result.Succeeded));
            sizes.Add(result.Size.item<float>());
        }

        Assert.IsGreaterThanOrEqualTo(bounded.Average() - 0.1, Share(batch.Succeeded));
        if (plain is MinimumNormAttack)
        {
            Assert.IsLessThan(sizes.Average() * 1.1, batch.Size.mean().item<float>());
        }
    }

    [TestMethod]
    public void AFrozenFrameCostsWhatItIsWorth()
    {
        // The frame of MNIST is empty: the network hardly looks there.
        IEnumerable<bool> isFrame = Enumerable.Range(0, 784).Select(pixel => pixel / 28 is 0 or 27 || pixel % 28 is 0 or 27);
        InputConstraints frame = new() { Frozen = FeatureSet.Where(isFrame) };
        Attack[] attacks = [new AutoProjectedGradientDescent(Norm.LInfinity, 0.1) { Iterations = 20 }, new DeepFool(Norm.L2, 1.5)];
        foreach (Attack attack in attacks)
        {
            using AttackResult free = attack.Run(classifier, inputs, Goal.Misclassify(labels));
            using AttackResult framed = (attack with { Constraints = frame }).Run(classifier, inputs, Goal.Misclassify(labels));
            Assert.IsGreaterThanOrEqualTo(Share(free.Succeeded) - 0.05, Share(framed.Succeeded));
        }
    }

    [TestMethod]
    public void ACascadesStagesObeyItsConstraints()
    {
        AutoAttack attack = AutoAttack.Standard(Norm.LInfinity, 15.5 / 255) with { Constraints = Pixels };
        using Tensor few = inputs.narrow(0, 0, 12).clone();
        using CascadeResult result = attack.Evaluate(classifier, few, Goal.Misclassify(labels.narrow(0, 0, 12)));
        int broken = result.Stages.Sum(stage => stage.NewlyBroken.Count) + (int)result.Attacked.SucceededBefore.sum().item<long>();
        Assert.IsTrue(result.Stages.All(stage => stage.Attack.Constraints == Pixels));
        Assert.AreEqual((int)result.Attacked.Succeeded.sum().item<long>(), broken, "what a stage broke stays broken");
    }

    [TestMethod]
    public void ATransferIsCraftedUnderItsConstraints()
    {
        ProjectedGradientDescent crafting = new(Norm.LInfinity, 0.1);
        using AttackResult direct = (crafting with { Constraints = Pixels }).Run(classifier, inputs, Goal.Misclassify(labels));
        Transfer transfer = new(crafting, classifier) { Constraints = Pixels };
        using AttackResult transferred = transfer.Run(classifier, inputs, Goal.Misclassify(labels));
        Assert.IsTrue(direct.Inputs.eq(transferred.Inputs).all().item<bool>());
    }

    [TestMethod]
    [DataRow(EvasionSchedule.Selective)]
    [DataRow(EvasionSchedule.Lagrangian)]
    public void DetectorsAreEvadedByValidInputs(EvasionSchedule schedule)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        IDifferentiableDetector detector = new LogitMargin().On(classifier).AsDifferentiable();
        Tensor scores = detector.Score(inputs).to(ScalarType.Float64);
        EvadedDetector threshold = new(detector, scores.quantile(tensor(0.95, ScalarType.Float64)).item<double>());
        DetectorEvasion plain = new(Norm.LInfinity, 0.1, [threshold]) { Steps = 20, Schedule = schedule };
        // The first line of MNIST is empty.
        InputConstraints constraints = Pixels with { Frozen = FeatureSet.Range(0, 28) };
        AttackResult free = plain.Run(classifier, inputs, Goal.Misclassify(labels));
        AttackResult stored = (plain with { Constraints = constraints }).Run(classifier, inputs, Goal.Misclassify(labels));

        Assert.IsTrue(((stored.Inputs * 255).round() / 255).eq(stored.Inputs).all().item<bool>());
        Assert.IsTrue(stored.Inputs.flatten(1).narrow(1, 0, 28).eq(inputs.flatten(1).narrow(1, 0, 28)).all().item<bool>());
        double evaded = Share(stored.Succeeded.logical_and(plain.Passes(stored.Inputs)));
        Assert.IsGreaterThanOrEqualTo(Share(free.Succeeded.logical_and(plain.Passes(free.Inputs))) - 0.05, evaded);
    }

    private static object[] Case(Norm norm, (double Constrained, double Free) epsilon, Func<Norm, double, Attack> create) =>
        [create(norm, epsilon.Constrained), create(norm, epsilon.Free)];

    private static object[] Case(Norm norm, double epsilon, Func<Norm, double, Attack> create) => [create(norm, epsilon)];

    private static double Share(Tensor rows) => rows.to(ScalarType.Float64).mean().item<double>();
}
