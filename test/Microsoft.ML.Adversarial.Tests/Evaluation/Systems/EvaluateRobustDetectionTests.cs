using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Evaluation.Diagnostics;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;

namespace Microsoft.ML.Adversarial.Evaluation.Systems;

[TestClass]
public sealed class EvaluateRobustDetectionTests
{
    private static readonly AttackSuite Suite = new("one", Norm.LInfinity, 0.2, [SuiteAttack.Of(new ProjectedGradientDescent(Norm.LInfinity, 0.2) { Steps = 5 })]);

    private static readonly SystemOptions Options = new() { AdaptiveSteps = 5, HalfBudgetAttack = new ProjectedGradientDescent(Norm.LInfinity, 0.1) };

    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void TheDetectorsOfAChainAreFoundAndCalibrated()
    {
        ITransformer model = FruitChain.Fit(_ml, epochs: 15);
        IDataView rows = Fruit.Load(_ml, 40, seed: 1);

        SystemMetrics metrics = _ml.MulticlassClassification.EvaluateRobustDetection(model, rows, Fruit.Load(_ml, 120, seed: 1), Suite, 0.1, options: Options);

        CollectionAssert.AreEqual(
            new[] { "FisherTrace", "Again", "KernelDensityUncertainty" }, metrics.Detectors.Select(detector => detector.Name).ToArray());
        Assert.AreEqual(_ml.MulticlassClassification.Evaluate(model.Transform(rows)).MicroAccuracy, metrics.CleanAccuracy.Value, 1e-9);
        float[] scores = [.. _ml.Data.CreateEnumerable<Scored>(model.Transform(rows), reuseRowObject: false).Select(row => row.FisherTrace)];
        for (int row = 0; row < scores.Length; row++)
        {
            Assert.AreEqual(scores[row], metrics.Scores("FisherTrace")[row], 1e-4f * (1 + Math.Abs(scores[row])));
        }

        Assert.AreEqual(120, metrics.Record.Detectors[0].CalibrationCount);
        Assert.IsTrue(metrics.Attacks.Any(attack => attack.Name == "adaptive all, selective"));
        StringAssert.Contains(
            metrics.Warnings.Single(warning => warning.Kind == DiagnosticKind.NoAdaptiveAttack).Finding, "KernelDensityUncertainty");
    }

    [TestMethod]
    public void DetectorsArePutOnTheNetwork()
    {
        IDataView train = Fruit.LoadLabelled(_ml, 120, seed: 1);
        ITransformer model = _ml.Transforms.NormalizeMinMax("Features").Append(Fruit.Trainer(_ml)).Fit(train);

        SystemMetrics metrics = _ml.MulticlassClassification.EvaluateRobustDetection(
            model, train, train, Suite, [new LogitMargin(), new Mahalanobis()], train, 0.1, options: Options);

        CollectionAssert.AreEqual(new[] { "LogitMargin", "Mahalanobis" }, metrics.Detectors.Select(detector => detector.Name).ToArray());
        Assert.IsLessThanOrEqualTo(0.1, metrics.FalsePositives.Value);
        Assert.IsTrue(metrics.Detectors.All(detector => detector.Detector.WhyNotEvaded is null));
    }

    [TestMethod]
    public void WhatCannotBeIsRefused()
    {
        IDataView train = Fruit.LoadLabelled(_ml, 120, seed: 1);
        ITransformer plain = _ml.Transforms.NormalizeMinMax("Features").Append(Fruit.Trainer(_ml, epochs: 1)).Fit(train);
        ITransformer squeezed = _ml.Transforms.NormalizeMinMax("Features").Append(_ml.Transforms.BitDepthReduction("Features", bits: 3))
            .Append(Fruit.Trainer(_ml, epochs: 1)).Append(_ml.Transforms.FisherTrace()).Fit(train);
        ITransformer traced = _ml.Transforms.NormalizeMinMax("Features").Append(Fruit.Trainer(_ml, epochs: 1)).Append(_ml.Transforms.FisherTrace()).Fit(train);

        Refuses(plain, 0.1, "got none");
        Refuses(squeezed, 0.1, "input transformations");
        Refuses(traced, 0.001, "999 calibration rows");

        void Refuses(ITransformer model, double rate, string expected) => StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(
                () => _ml.MulticlassClassification.EvaluateRobustDetection(model, train, train, Suite, rate, options: Options)).Message,
            expected);
    }

    private sealed class Scored
    {
        public float FisherTrace { get; set; }
    }
}
