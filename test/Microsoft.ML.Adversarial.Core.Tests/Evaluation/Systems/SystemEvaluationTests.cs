using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Evaluation.Diagnostics;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Evaluation.Systems;

/// <summary>The golden network with its detectors.</summary>
[TestClass]
public sealed class SystemEvaluationTests
{
    private const int Rows = 64;
    private const int CalibrationRows = 400;
    private const double Epsilon = 0.1;

    private static readonly AttackSuite Suite = new("one", Norm.LInfinity, Epsilon, [SuiteAttack.Of(new ProjectedGradientDescent(Norm.LInfinity, Epsilon))]);

    private static readonly SystemOptions Options = new()
    {
        AdaptiveSteps = 50, HalfBudgetAttack = new ProjectedGradientDescent(Norm.LInfinity, Epsilon / 2), BatchSize = Rows,
    };

    [TestMethod]
    public void TheAdaptiveAttackTakesTheFisherTraceApart()
    {
        using DisposeScope scope = NewDisposeScope();
        using NetworkClassifier network = new(Golden.Network("mlp"), InputBounds.Unit);
        SystemMetrics metrics = Run(System(network, 0.05, ("FisherTrace", new FisherTrace(network))), Options);

        SystemDetectorMetrics trace = metrics.Detectors[0];
        // 0.67 against 0.45 on 200 rows; passing the threshold needs no adaptive attack here.
        Assert.IsLessThan(trace.Plain!.AreaUnderRocCurve - 0.1, trace.Adaptive!.AreaUnderRocCurve);
        Assert.IsGreaterThanOrEqualTo(metrics["pgd"].UnflaggedError.Value, metrics.UnflaggedError.Value);
        Assert.IsFalse(metrics.Warnings.Any(), metrics.ToString());
    }

    [TestMethod]
    public void EveryDetectorWithAGradientIsAttackedAloneAndWithTheOthers()
    {
        using DisposeScope scope = NewDisposeScope();
        using NetworkClassifier network = new(Golden.Network("mlp"), InputBounds.Unit);
        DetectionSystem system = System(
            network, 0.05, ("FisherTrace", new FisherTrace(network)), ("squeezing", new FeatureSqueezing().On(network)), ("margin", new LogitMargin().On(network)));

        SystemMetrics metrics = Run(system, Options with { AdaptiveSteps = 2 }, rows: 8);

        CollectionAssert.AreEqual(
            new[]
            {
                "pgd",
                "adaptive FisherTrace, selective", "adaptive FisherTrace, Lagrangian",
                "adaptive FisherTrace, selective, low score", "adaptive FisherTrace, Lagrangian, low score",
                "adaptive margin, selective", "adaptive margin, Lagrangian", "adaptive margin, selective, low score", "adaptive margin, Lagrangian, low score",
                "adaptive all, selective", "adaptive all, Lagrangian", "adaptive all, selective, low score", "adaptive all, Lagrangian, low score",
            },
            metrics.Attacks.Select(attack => attack.Name).ToArray());
        CollectionAssert.AreEqual(new[] { "FisherTrace", "margin" }, metrics["adaptive all, selective"].Attack.Evades.ToArray());
        Diagnostic spared = metrics.Warnings.Single(warning => warning.Kind == DiagnosticKind.NoAdaptiveAttack);
        StringAssert.Contains(spared.Finding, "squeezing: its score has no gradient");
    }

    [TestMethod]
    public void AGradientThatTheNetworkDoesNotAllowIsNamed()
    {
        using DisposeScope scope = NewDisposeScope();
        using NetworkClassifier network = new(Golden.Network("mlp"), InputBounds.Unit);
        DetectionSystem system = System(network, 0.05, ("along class 3", new FisherQuadraticForm(network, Fisher.FisherDirection.OfClass(3))));

        SystemMetrics metrics = Run(system, Options, rows: 8);

        CollectionAssert.AreEqual(new[] { "pgd" }, metrics.Attacks.Select(attack => attack.Name).ToArray());
        StringAssert.Contains(metrics.Warnings.Single(warning => warning.Kind == DiagnosticKind.NoAdaptiveAttack).Finding, "along class 3");
    }

    [TestMethod]
    public void ThresholdsShareTheRateAndComeFromTheCalibrationRows()
    {
        using DisposeScope scope = NewDisposeScope();
        using NetworkClassifier network = new(Golden.Network("mlp"), InputBounds.Unit);
        using FittedDetector margin = new LogitMargin().On(network);
        using FittedDetector energy = new Energy().On(network);
        DetectionSystem one = System(network, 0.05, ("margin", margin));
        DetectionSystem two = System(network, 0.05, ("margin", margin), ("energy", energy));
        float[] scores = [.. margin.Score(Calibration()).data<float>()];

        Assert.AreEqual(new ConformalCalibration(scores).Threshold(0.05), one.Thresholds[0], 1e-5f);
        Assert.AreEqual(new ConformalCalibration(scores).Threshold(0.025), two.Thresholds[0], 1e-5f);

        // On the calibration rows themselves the system flags at most its rate.
        SystemMetrics metrics = SystemEvaluation.Run(
            two, classes: null, EvaluationBatch.Of(Calibration(), Mnist.Labels(Rows + CalibrationRows).narrow(0, Rows, CalibrationRows), 200),
            new("none", Norm.LInfinity, Epsilon, [SuiteAttack.Of(new FastGradientMethod(Norm.LInfinity, Epsilon))]), Options with { AdaptiveSteps = 1 });
        Assert.IsLessThanOrEqualTo(0.05, metrics.FalsePositives.Value);
        Assert.IsGreaterThan(0, metrics.FalsePositives.Count);
    }

    [TestMethod]
    public void EqualSeedsGiveEqualRows()
    {
        using DisposeScope scope = NewDisposeScope();
        using NetworkClassifier network = new(Golden.Network("mlp"), InputBounds.Unit);
        DetectionSystem system = System(network, 0.05, ("FisherTrace", new FisherTrace(network)));
        SystemOptions options = Options with { AdaptiveSteps = 5, Seed = 3 };

        SystemRow[][] runs = [Flat(options), Flat(options), Flat(options with { Seed = 4 })];

        Assert.AreEqual(Text(runs[0]), Text(runs[1]));
        Assert.AreNotEqual(Text(runs[0]), Text(runs[2]));

        SystemRow[] Flat(SystemOptions with) => [.. Run(system, with, rows: 16).Record.Rows];

        static string Text(SystemRow[] rows) => string.Join("|", rows.Select(row =>
            $"{row.Row} {row.Label} {row.Prediction} {string.Join(',', row.Scores)} {string.Join(';', row.Outcomes.Select(one => $"{one.Prediction} {one.Size:R} {one.Scores[0]:R}"))}"));
    }

    [TestMethod]
    public void ARowThatFailsIsCountedApartAndNothingLeaks()
    {
        using NetworkClassifier network = new(Golden.Network("mlp"), InputBounds.Unit);
        using Tensor images = Mnist.Images(8);
        using Tensor labels = Mnist.Labels(8);
        using DisposeScope scope = NewDisposeScope();
        DetectionSystem system = System(network, 0.05, ("FisherTrace", new FisherTrace(network)));
        images[5] = float.NaN;

        SystemMetrics metrics = SystemEvaluation.Run(
            system, classes: null, EvaluationBatch.Of(images, labels, 4), Suite, Options with { AdaptiveSteps = 2 });

        CollectionAssert.AreEqual(new long[] { 5 }, metrics.FailedRows.Select(row => row.Row).ToArray());
        Assert.AreEqual(7, metrics.UnflaggedError.Total);
        LiveTensors.AssertNoneLeft(() =>
        {
            SystemEvaluation.Run(system, classes: null, EvaluationBatch.Of(images, labels, 4), Suite, Options with { AdaptiveSteps = 2 });
            return [];
        });
    }

    [TestMethod]
    public void WhatCannotBeIsRefused()
    {
        using DisposeScope scope = NewDisposeScope();
        using NetworkClassifier network = new(Golden.Network("mlp"), InputBounds.Unit);
        FisherTrace trace = new(network);

        Assert.ThrowsExactly<ArgumentException>(() => System(network, 0.05));
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => System(network, 0.001, ("FisherTrace", trace))).Message, "999 calibration rows");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => System(network, 0, ("FisherTrace", trace)));
        CalibratedDetector detector = new("twice", trace, new(Enumerable.Range(0, 99).Select(score => (float)score)));
        Assert.ThrowsExactly<ArgumentException>(() => new DetectionSystem(network, [detector, detector], 0.1));
        DetectionSystem system = System(network, 0.05, ("FisherTrace", trace));
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(
                () => Run(system, Options with { HalfBudgetAttack = new ProjectedGradientDescent(Norm.LInfinity, Epsilon) })).Message,
            "half the suite's budget");
        Assert.ThrowsExactly<ArgumentException>(() => Run(system, Options, rows: 0));
    }

    private static DetectionSystem System(NetworkClassifier network, double rate, params (string Name, IFittedDetector Detector)[] detectors) =>
        DetectionSystem.Calibrate(network, detectors.ToDictionary(one => one.Name, one => one.Detector), Calibration(), rate);

    private static Tensor Calibration() => Mnist.Images(Rows + CalibrationRows).narrow(0, Rows, CalibrationRows);

    private static SystemMetrics Run(DetectionSystem system, SystemOptions options, int rows = Rows) => SystemEvaluation.Run(
        system, classes: null, EvaluationBatch.Of(Mnist.Images(Rows).narrow(0, 0, rows), Mnist.Labels(Rows).narrow(0, 0, rows), Rows), Suite, options);
}
