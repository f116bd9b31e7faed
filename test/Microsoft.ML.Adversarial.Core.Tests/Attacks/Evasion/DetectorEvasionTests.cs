using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Evasion;

/// <summary>What detectors are worth against who knows of them, on the golden network.</summary>
[TestClass]
public sealed class DetectorEvasionTests
{
    private const int Rows = 100;
    private const double Epsilon = 0.1;

    [TestMethod]
    [DataRow(EvasionSchedule.Selective)]
    [DataRow(EvasionSchedule.Lagrangian)]
    public void ItEvadesWhatSeesOtherAttacks(EvasionSchedule schedule)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(Golden.Network("mlp"), InputBounds.Unit);
        using FittedDetector mahalanobis = new Mahalanobis().Fit(classifier, Mnist.Images(1200).narrow(0, 500, 700), Mnist.Labels(1200).narrow(0, 500, 700));
        IDifferentiableDetector[] detectors = [new FisherTrace(classifier), new LogitMargin().On(classifier).AsDifferentiable(), mahalanobis.AsDifferentiable()];
        Tensor clean = Mnist.Images(500).narrow(0, 200, 300);
        EvadedDetector[] thresholds = [.. detectors.Select(detector => new EvadedDetector(detector, Quantile(detector.Score(clean), 0.05)))];
        Tensor inputs = Mnist.Images(Rows);
        Goal goal = Goal.Misclassify(Mnist.Labels(Rows));
        DetectorEvasion evasion = new(Norm.LInfinity, Epsilon, thresholds) { Steps = 40, Schedule = schedule };

        using AttackResult plain = new BasicIterativeMethod(Norm.LInfinity, Epsilon).Run(classifier, inputs, goal);
        using AttackResult adaptive = evasion.Run(classifier, inputs, goal);

        double plainlyEvaded = Both(plain, evasion);
        double evaded = Both(adaptive, evasion);
        Assert.IsGreaterThan(plainlyEvaded + 0.2, evaded, $"{evaded:P0} against {plainlyEvaded:P0}");
        Assert.IsLessThanOrEqualTo(Epsilon * (1 + 1e-5), adaptive.Size.max().item<float>());
    }

    [TestMethod]
    public void NoBudgetGivesTheInputsBitForBit()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(Golden.Network("mlp"), InputBounds.Unit);
        Tensor inputs = Mnist.Images(4);
        DetectorEvasion evasion = new(Norm.LInfinity, 0, [new EvadedDetector(new FisherTrace(classifier), 1)]) { Steps = 2 };
        using AttackResult result = evasion.Run(classifier, inputs, Goal.Misclassify(Mnist.Labels(4)));
        Assert.IsTrue(inputs.eq(result.Inputs).all().item<bool>());
    }

    [TestMethod]
    public void NoTensorsAreLeft()
    {
        using NetworkClassifier classifier = new(Golden.Network("mlp"), InputBounds.Unit);
        using Tensor inputs = Mnist.Images(4);
        using Tensor labels = Mnist.Labels(4);
        DetectorEvasion evasion = new(Norm.LInfinity, 0.1, [new EvadedDetector(new FisherTrace(classifier), 1)]) { Steps = 3 };
        LiveTensors.AssertNoneLeft(() =>
        {
            AttackResult result = evasion.Run(classifier, inputs, Goal.Misclassify(labels));
            return [result.Inputs, result.Succeeded, result.SucceededBefore, result.Predictions, result.Size, result.ZeroGradients];
        });
    }

    [TestMethod]
    public void WhatCannotBeIsRefused()
    {
        using NetworkClassifier classifier = new(Golden.Network("mlp"), InputBounds.Unit);
        EvadedDetector threshold = new(new FisherTrace(classifier), 1);
        Assert.ThrowsExactly<ArgumentException>(() => new DetectorEvasion(Norm.L2, 1, []));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new DetectorEvasion(Norm.L2, double.PositiveInfinity, [threshold]));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new EvadedDetector(threshold.Detector, double.NaN));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new DetectorEvasion(Norm.L2, 1, [threshold]) { Steps = 0 });
    }

    // The score that a share of the rows exceeds.
    private static double Quantile(Tensor scores, double share) => scores.to(ScalarType.Float64).quantile(tensor(1 - share, ScalarType.Float64)).item<double>();

    private static double Both(AttackResult result, DetectorEvasion evasion) =>
        evasion.Passes(result.Inputs).logical_and(result.Succeeded).to(ScalarType.Float64).mean().item<double>();
}
