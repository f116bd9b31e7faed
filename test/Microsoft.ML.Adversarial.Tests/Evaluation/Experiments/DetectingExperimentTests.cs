using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Evaluation.Diagnostics;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.TestData;

namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

/// <summary>Experiments that evaluate models with their detectors.</summary>
[TestClass]
public sealed class DetectingExperimentTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void ModelsAreEvaluatedWithTheirDetectorsAsAlone()
    {
        var settings = FruitExperiment.Detecting(_ml) with { OptimizingMetric = OptimizingMetric.UnflaggedError };
        var models = new TrialList();

        var result = FruitExperiment.CreateDetecting(_ml, settings).Execute(FruitExperiment.Train(_ml), FruitExperiment.Test(_ml), models);

        var traced = models.Trials.Single(trial => trial.Candidate == "traced");
        var detection = settings.Detection!;
        var alone = _ml.MulticlassClassification.EvaluateRobustDetection(
            traced.Model!, FruitExperiment.Test(_ml), FruitExperiment.Calibration(_ml), settings.Suite, detection.FalsePositiveRate, options: detection.Options);
        CollectionAssert.AreEqual(alone.Scores("FisherTrace"), traced.System!.Scores("FisherTrace"));
        Assert.AreEqual(alone.UnflaggedError.Value, traced.UnflaggedError);
        Assert.AreEqual(alone.FalsePositives.Value, traced.FalsePositiveRate);
        Assert.AreEqual(alone.Detectors[0].Adaptive?.AreaUnderRocCurve ?? double.NaN, traced.AdaptiveAreaUnderRocCurve);
        Assert.IsTrue(alone.Attacks.Any(attack => attack.Attack.IsAdaptive));

        var plain = models.Trials.Single(trial => trial.Candidate == "plain");
        Assert.IsEmpty(plain.Systems);
        Assert.AreEqual(1 - plain.RobustAccuracy, plain.UnflaggedError);
        Assert.IsTrue(double.IsNaN(plain.FalsePositiveRate) && double.IsNaN(plain.AdaptiveAreaUnderRocCurve));

        Assert.AreEqual(result.RunDetails.Min(trial => trial.UnflaggedError), result.BestRun.MetricValue);
        foreach (var (row, trial) in FruitExperiment.Rows(_ml, result).Zip(result.Leaderboard))
        {
            Assert.AreEqual(
                (trial.UnflaggedError, trial.AdaptiveAreaUnderRocCurve, trial.FalsePositiveRate),
                (row.UnflaggedError, row.AdaptiveAreaUnderRocCurve, row.FalsePositiveRate));
            StringAssert.Contains(trial.ToString(), "unflagged error");
        }
    }

    [TestMethod]
    public void WithoutDetectionNothingIsSaidOfIt()
    {
        var result = FruitExperiment.CreateDetecting(_ml, FruitExperiment.Settings).Execute(FruitExperiment.Train(_ml), FruitExperiment.Test(_ml));

        foreach (var trial in result.RunDetails)
        {
            Assert.IsEmpty(trial.Systems);
            Assert.IsTrue(double.IsNaN(trial.UnflaggedError) && double.IsNaN(trial.FalsePositiveRate));
            Assert.IsFalse(trial.ToString().Contains("unflagged", StringComparison.Ordinal));
        }
    }

    [TestMethod]
    public void FoldsAreAveraged()
    {
        var result = FruitExperiment.CreateDetecting(_ml).CrossValidate(FruitExperiment.Train(_ml), folds: 3);

        var traced = result.RunDetails.Single(trial => trial.Candidate == "traced");
        Assert.HasCount(3, traced.Systems);
        Assert.IsNull(traced.System);
        Assert.AreEqual(90, traced.Systems.Sum(system => system.Record.Rows.Count));
        Assert.IsTrue(traced.Systems.All(system => system.Record.Detectors[0].CalibrationCount == 60));
        Assert.AreEqual(traced.Systems.Average(system => system.UnflaggedError.Value), traced.UnflaggedError, 1e-12);
        Assert.AreEqual(traced.Systems.Average(system => system.FalsePositives.Value), traced.FalsePositiveRate, 1e-12);
        var plain = result.RunDetails.Single(trial => trial.Candidate == "plain");
        Assert.AreEqual(plain.Evaluations.Average(metrics => 1 - metrics.RobustAccuracy.Value), plain.UnflaggedError, 1e-12);
    }

    [TestMethod]
    public void ADetectorThatIsSparedIsNamed()
    {
        var result = FruitExperiment.CreateDetecting(_ml)
            .Add("spared", ml => FruitExperiment.Traced(ml).Append(ml.Transforms.DetectorScore(new KernelDensityUncertainty { RowsPerClass = 12 })))
            .Execute(FruitExperiment.Train(_ml), FruitExperiment.Test(_ml));

        var spared = result.RunDetails.Single(trial => trial.Candidate == "spared");
        Assert.IsNull(spared.Exception);
        CollectionAssert.AreEqual(
            new[] { "FisherTrace", "KernelDensityUncertainty" }, spared.System!.Detectors.Select(detector => detector.Name).ToArray());
        Assert.AreEqual(spared.System.Detectors[0].Adaptive?.AreaUnderRocCurve ?? double.NaN, spared.AdaptiveAreaUnderRocCurve);
        StringAssert.Contains(
            FruitExperiment.Rows(_ml, result).Single(row => row.Candidate == "spared").Warnings, $"{DiagnosticKind.NoAdaptiveAttack}");
    }

    [TestMethod]
    public void DetectorsThatCannotBeEvaluatedFailTheTrial()
    {
        var result = FruitExperiment.CreateDetecting(_ml)
            .Add("squeezed", ml => ml.Transforms.BitDepthReduction("Features", bits: 3).Append(FruitExperiment.Traced(ml)))
            .Add("scores", ml => FruitExperiment.Traced(ml).Append(ml.Transforms.OutputDetectorScore(new LogitMargin())))
            .Add("other column", ml => ml.Transforms.CopyColumns("Raw", "Features")
                .Append(Fruit.TrainerOn(ml, "Raw", epochs: 1)).Append(ml.Transforms.FisherTrace()).Append(Fruit.Trainer(ml, epochs: 1)))
            .Execute(FruitExperiment.Train(_ml), FruitExperiment.Test(_ml));

        StringAssert.Contains(Error("squeezed"), "input transformations");
        StringAssert.Contains(Error("scores"), "got 'LogitMargin', which reads 'Score'");
        StringAssert.Contains(Error("other column"), "got 'FisherTrace', which reads 'Raw'");
        Assert.IsTrue(result.Leaderboard.Take(2).All(trial => trial.Exception is null));
        Assert.IsTrue(FruitExperiment.Rows(_ml, result)[2..].All(row => double.IsNaN(row.UnflaggedError)));

        string Error(string candidate) => result.RunDetails.Single(trial => trial.Candidate == candidate).Exception!.Message;
    }

    [TestMethod]
    public void TooFewCalibrationRowsForTheDetectorsOfAModelFailItsTrial()
    {
        var settings = FruitExperiment.Detecting(_ml);
        settings = settings with { Detection = settings.Detection! with { CalibrationRows = _ml.Data.TakeRows(FruitExperiment.Calibration(_ml), 10) } };

        var result = FruitExperiment.CreateDetecting(_ml, settings)
            .Add("two", ml => FruitExperiment.Traced(ml).Append(ml.Transforms.DetectorScore(new LogitMargin())))
            .Execute(FruitExperiment.Train(_ml), FruitExperiment.Test(_ml));

        StringAssert.Contains(result.RunDetails.Single(trial => trial.Exception is not null).Exception!.Message, "at least 19 calibration rows");
    }

    [TestMethod]
    public void ATrialIsGivenUpInTheMiddleOfItsAdaptiveAttacks()
    {
        using CancellationTokenSource source = new();
        var settings = FruitExperiment.Detecting(_ml);
        var detection = settings.Detection!;
        var options = detection.Options with { Cancellation = source.Token, Progress = new AttackCount(_ => source.Cancel()) };

        var result = FruitExperiment.CreateDetecting(_ml, settings with { Detection = detection with { Options = options } })
            .Execute(FruitExperiment.Train(_ml), FruitExperiment.Test(_ml));

        Assert.IsFalse(result.IsComplete);
        CollectionAssert.AreEqual(new[] { "plain" }, result.RunDetails.Select(trial => trial.Candidate).ToArray());
    }

    [TestMethod]
    public void BinaryModelsHaveDetectorsToo()
    {
        var result = _ml.BinaryClassification.CreateRobustnessExperiment(FruitExperiment.Detecting(_ml) with { LabelColumnName = "IsApple" })
            .Add("traced", ml => Fruit.BinaryTrainer(ml, epochs: 2).Append(ml.Transforms.FisherTrace()))
            .Execute(FruitExperiment.Train(_ml), FruitExperiment.Test(_ml));

        Assert.AreEqual(result.BestRun.CleanAccuracy, result.BestRun.System!.CleanAccuracy.Value);
        Assert.IsGreaterThanOrEqualTo(result.BestRun.System.CleanUnflaggedError.Value, result.BestRun.UnflaggedError);
    }

    private sealed class AttackCount(Action<EvaluationProgress> then) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value) => then(value);
    }
}
