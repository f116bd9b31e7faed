using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;

namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

[TestClass]
public sealed class RobustnessExperimentTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void TrialsAreRankedAndTheBestModelIsThere()
    {
        var progress = new TrialList();

        var result = FruitExperiment.Create(_ml).Execute(FruitExperiment.Train(_ml), FruitExperiment.Test(_ml), progress);

        Assert.HasCount(3, result.RunDetails);
        Assert.IsTrue(result.IsComplete);
        CollectionAssert.AreEqual(new[] { "plain", "tuned", "tuned" }, result.RunDetails.Select(trial => trial.Candidate).ToArray());
        Assert.AreEqual(result.RunDetails.Max(trial => trial.RobustAccuracy), result.BestRun.RobustAccuracy);
        Assert.AreSame(result.BestRun, result.Leaderboard[0]);
        var rows = FruitExperiment.Rows(_ml, result);
        CollectionAssert.AreEqual(new[] { 1, 2, 3 }, rows.Select(row => row.Rank).ToArray());
        CollectionAssert.AreEqual(rows.Select(row => row.RobustAccuracy).OrderDescending().ToArray(), rows.Select(row => row.RobustAccuracy).ToArray());
        Assert.IsTrue(progress.Trials.All(trial => trial.Model is not null));
        Assert.IsTrue(result.RunDetails.All(trial => trial.Model is null == (trial != result.BestRun)));
        var again = _ml.MulticlassClassification.EvaluateRobustness(
            result.BestRun.Model!, FruitExperiment.Test(_ml), FruitExperiment.Settings.Suite, options: FruitExperiment.Settings.Robustness);
        Assert.AreEqual(again.RobustAccuracy, result.BestRun.Metrics!.RobustAccuracy);
    }

    [TestMethod]
    public void ATrialDependsOnItselfAlone()
    {
        var (train, test) = (FruitExperiment.Train(_ml), FruitExperiment.Test(_ml));
        var all = FruitExperiment.Create(_ml).Execute(train, test);

        var alone = new MLContext(seed: 99).MulticlassClassification.CreateRobustnessExperiment(FruitExperiment.Settings)
            .Add("broken", _ => throw new InvalidOperationException("No."))
            .Add("tuned", FruitExperiment.Space, FruitExperiment.Tuned)
            .Execute(train, test);

        foreach (var trial in alone.RunDetails.Where(trial => trial.Exception is null))
        {
            var twin = all.RunDetails.Single(other => other.Candidate == trial.Candidate && other.Parameters.Equals(trial.Parameters));
            Assert.AreEqual(twin.Seed, trial.Seed);
            CollectionAssert.AreEqual(Sizes(twin), Sizes(trial));
        }

        static double[] Sizes(RobustnessTrial trial) => [.. trial.Metrics!.Record.Rows.SelectMany(row => row.Outcomes).Select(outcome => outcome.Sizes.L2)];
    }

    [TestMethod]
    public void FailingTrialsAreRecordedAndTheOthersGoOn()
    {
        var settings = FruitExperiment.Settings with { OptimizingMetric = OptimizingMetric.CleanAccuracy };
        var result = FruitExperiment.Create(_ml, settings)
            .Add("throws", _ => throw new InvalidOperationException("Not today."))
            .Add("nothing", _ => null!)
            .Add("no label", ml => Fruit.Labels(ml))
            .Add("no gradients", ml => ml.MulticlassClassification.Trainers.SdcaMaximumEntropy())
            .Execute(FruitExperiment.Train(_ml), FruitExperiment.Test(_ml));

        Assert.HasCount(7, result.RunDetails);
        StringAssert.Contains(Error("throws"), "Not today.");
        StringAssert.Contains(Error("nothing"), "Candidate 'nothing': expected a pipeline, got null");
        StringAssert.Contains(Error("no label"), "Score");
        StringAssert.Contains(Error("no gradients"), "got fgsm");
        Assert.IsTrue(result.Leaderboard.Take(3).All(trial => trial.Exception is null));
        Assert.IsTrue(FruitExperiment.Rows(_ml, result)[3..].All(row => row.Error.Length > 0 && double.IsNaN(row.RobustAccuracy)));

        string Error(string candidate) => result.RunDetails.Single(trial => trial.Candidate == candidate).Exception!.Message;
    }

    [TestMethod]
    public void WhereAllFailTheErrorSaysWhy()
    {
        var experiment = _ml.MulticlassClassification.CreateRobustnessExperiment(FruitExperiment.Settings)
            .Add("one", _ => throw new InvalidOperationException("First."))
            .Add("two", _ => throw new NotSupportedException("Second."));

        var error = Assert.ThrowsExactly<AggregateException>(() => experiment.Execute(FruitExperiment.Train(_ml), FruitExperiment.Test(_ml)));

        CollectionAssert.AreEqual(
            new[] { "Trial 'one': First.", "Trial 'two': Second." }, error.InnerExceptions.Select(inner => inner.Message).ToArray());
        Assert.IsInstanceOfType<NotSupportedException>(error.InnerExceptions[1].InnerException);
    }

    [TestMethod]
    public void TheMetricDecides()
    {
        TrialMeasure columns = new("Columns", (_, model, rows) => model.Transform(rows).Schema.Count);
        var settings = FruitExperiment.Settings with
        {
            Measures = [columns],
            OptimizingMetric = OptimizingMetric.Minimize(
                "LearningRate", trial => trial.Candidate == "plain" ? double.NaN : trial.Parameters.Number("LearningRate")),
        };

        var result = FruitExperiment.Create(_ml, settings).Execute(FruitExperiment.Train(_ml), FruitExperiment.Test(_ml));

        var tuned = result.RunDetails.Where(trial => trial.Candidate == "tuned");
        Assert.AreEqual(tuned.Min(trial => trial.Parameters.Number("LearningRate")), result.BestRun.MetricValue);
        Assert.AreEqual("plain", result.Leaderboard[^1].Candidate, "NaN comes last.");
        Assert.IsTrue(result.RunDetails.All(trial => trial.Measures["Columns"] > FruitExperiment.Test(_ml).Schema.Count));
        StringAssert.StartsWith(FruitExperiment.Rows(_ml, result)[0].Measures, "Columns=");
    }

    [TestMethod]
    public void AMetricThatThrowsFailsTheTrial()
    {
        var settings = FruitExperiment.Settings with
        {
            OptimizingMetric = OptimizingMetric.Maximize("Choosy", trial => trial.Candidate == "plain" ? 1 : throw new FormatException("Too choosy.")),
        };

        var result = FruitExperiment.Create(_ml, settings).Execute(FruitExperiment.Train(_ml), FruitExperiment.Test(_ml));

        Assert.AreEqual("plain", result.BestRun.Candidate);
        Assert.IsTrue(result.RunDetails.Skip(1).All(trial => trial.Exception is FormatException));
    }

    [TestMethod]
    public void HalvingEndsOnAllRows()
    {
        var settings = FruitExperiment.Settings with { Search = new SuccessiveHalving(3) { ReductionFactor = 2, MinimumFraction = 0.5 } };

        var result = FruitExperiment.Create(_ml, settings).Execute(FruitExperiment.Train(_ml), FruitExperiment.Test(_ml));

        CollectionAssert.AreEqual(new[] { 0.5, 0.5, 0.5, 0.5, 1, 1 }, result.RunDetails.Select(trial => trial.TrainingFraction).ToArray());
        var worstPromoted = result.RunDetails.Take(4).Where(first => result.RunDetails.Skip(4).Any(second => IsSame(first, second))).Min(trial => trial.RobustAccuracy);
        var bestDropped = result.RunDetails.Take(4).Where(first => !result.RunDetails.Skip(4).Any(second => IsSame(first, second))).Max(trial => trial.RobustAccuracy);
        Assert.IsGreaterThanOrEqualTo(bestDropped, worstPromoted);

        static bool IsSame(RobustnessTrial one, RobustnessTrial other) => one.Candidate == other.Candidate && one.Parameters.Equals(other.Parameters);
    }

    [TestMethod]
    public void ASmallerShareOfRowsIsPartOfALarger()
    {
        var data = new TrialData(Fruit.Load(_ml, 90, seed: 1), Fruit.Load(_ml, 9, seed: 2), Folds: 0, Seed: 5);

        var (some, more) = (Ids(data.Part(data.Train, 1.0 / 9)), Ids(data.Part(data.Train, 1.0 / 3)));

        Assert.AreEqual(10, some.Length, 9.0);
        Assert.AreEqual(30, more.Length, 15.0);
        Assert.IsEmpty(some.Except(more));
        CollectionAssert.AreEqual(some, Ids(data.Part(data.Train, 1.0 / 9)));

        static float[] Ids(IDataView view) => [.. new MLContext().Data.CreateEnumerable<FruitRow>(view, reuseRowObject: false).Select(row => row.Id)];
    }

    [TestMethod]
    public void FoldsJudgeEveryRowOnceAndTheModelSeesAll()
    {
        var progress = new TrialList();

        var result = FruitExperiment.Create(_ml).CrossValidate(FruitExperiment.Train(_ml), folds: 3, progress);

        foreach (var trial in result.RunDetails)
        {
            Assert.HasCount(3, trial.Evaluations);
            Assert.AreEqual(90L, trial.Evaluations.Sum(metrics => metrics.Record.RowCount));
            Assert.AreEqual(trial.Evaluations.Average(metrics => metrics.RobustAccuracy.Value), trial.RobustAccuracy, 1e-12);
            Assert.IsNull(trial.Metrics);
        }

        Assert.IsNotNull(result.BestRun.Model);
        CollectionAssert.AreEqual(
            FruitExperiment.Rows(_ml, result), FruitExperiment.Rows(_ml, FruitExperiment.Create(_ml).CrossValidate(FruitExperiment.Train(_ml), folds: 3)));
    }

    [TestMethod]
    public void CancellationKeepsWhatIsFinished()
    {
        using CancellationTokenSource source = new();
        var settings = FruitExperiment.Settings with { CancellationToken = source.Token };
        var result = FruitExperiment.Create(_ml, settings)
            .Execute(FruitExperiment.Train(_ml), FruitExperiment.Test(_ml), new TrialList(_ => source.Cancel()));

        Assert.IsFalse(result.IsComplete);
        Assert.AreEqual("plain", result.RunDetails.Single().Candidate);
        Assert.IsNotNull(result.BestRun.Model);
        Assert.ThrowsExactly<OperationCanceledException>(
            () => FruitExperiment.Create(_ml, settings).Execute(FruitExperiment.Train(_ml), FruitExperiment.Test(_ml)));
    }

    [TestMethod]
    public void ATrialIsGivenUpWhenItIsCancelledInTheMiddle()
    {
        using CancellationTokenSource source = new();
        var experiment = FruitExperiment.Create(_ml, FruitExperiment.Settings with { CancellationToken = source.Token })
            .Add("endless", ml =>
            {
                var options = Fruit.Options(epochs: int.MaxValue);
                options.ValidationFraction = 0;
                options.Progress = new EpochCount(() => source.Cancel());
                return ml.MulticlassClassification.Trainers.NeuralNetwork(options);
            });

        var result = experiment.Execute(FruitExperiment.Train(_ml), FruitExperiment.Test(_ml));

        Assert.IsFalse(result.IsComplete);
        CollectionAssert.AreEqual(new[] { "plain", "tuned" }, result.RunDetails.Select(trial => trial.Candidate).ToArray());
    }

    [TestMethod]
    public void TimeForNoTrialIsAnErrorThatSaysSo()
    {
        var settings = FruitExperiment.Settings with { MaxExperimentTime = TimeSpan.FromMilliseconds(1) };

        var error = Assert.ThrowsExactly<TimeoutException>(
            () => FruitExperiment.Create(_ml, settings).Execute(FruitExperiment.Train(_ml), FruitExperiment.Test(_ml)));

        StringAssert.Contains(error.Message, "MaxExperimentTime, 00:00:00.0010000, got none");
    }

    [TestMethod]
    public void BadInputIsRefusedBeforeTheWork()
    {
        var (train, test) = (FruitExperiment.Train(_ml), FruitExperiment.Test(_ml));
        var none = _ml.Data.SkipRows(test, 30);
        var settings = FruitExperiment.Settings;

        Refuses(() => _ml.MulticlassClassification.CreateRobustnessExperiment(settings).Execute(train, test), "at least one candidate");
        Refuses(() => FruitExperiment.Create(_ml).Add("plain", ml => Fruit.Trainer(ml)), "'plain' twice");
        Refuses(
            () => _ml.MulticlassClassification.CreateRobustnessExperiment(settings with { OptimizingMetric = OptimizingMetric.UnflaggedError }),
            "Expected Detection with OptimizingMetric.UnflaggedError");
        var detecting = FruitExperiment.Detecting(_ml);
        Refuses(
            () => _ml.MulticlassClassification.CreateRobustnessExperiment(detecting with { Robustness = detecting.Robustness with { Shard = new(0, 2) } }),
            "got shard 0 of 2");
        Refuses(() => _ = FruitExperiment.Detecting(_ml).Detection! with { FalsePositiveRate = 0 }, "false-positive rate");
        Refuses(() => Detecting(_ml.Data.TakeRows(train, 8)).Execute(train, test), "at least 9 calibration rows for a false-positive rate of 0.1, got 8");
        Refuses(() => Unreached().Execute(none, test), "rows in the training data, got none");
        Refuses(() => Unreached().Execute(train, none), "rows in the test data, got none");
        Refuses(() => Unreached().Execute(train, _ml.Data.TakeRows(test, 1)), "one class only");
        Refuses(() => Unreached().CrossValidate(_ml.Data.TakeRows(train, 3), folds: 3), "fold ");
        Refuses(() => Unreached().CrossValidate(train, folds: 1), "folds");
        Refuses(() => _ = FruitExperiment.Settings with { MaxExperimentTime = TimeSpan.Zero }, "above 0");
        Refuses(() => _ = FruitExperiment.Settings with { Measures = [new("A", (_, _, _) => 0), new("A", (_, _, _) => 1)] }, "'A' twice");

        // A trial would fail with this instead.
        RobustnessExperiment Unreached() => _ml.MulticlassClassification.CreateRobustnessExperiment(settings)
            .Add("unreached", _ => throw new InvalidOperationException("Was run."));

        RobustnessExperiment Detecting(IDataView calibration)
        {
            var detecting = FruitExperiment.Detecting(_ml);
            return _ml.MulticlassClassification
                .CreateRobustnessExperiment(detecting with { Detection = detecting.Detection! with { CalibrationRows = calibration } })
                .Add("unreached", _ => throw new InvalidOperationException("Was run."));
        }

        static void Refuses(Action act, string expected) => StringAssert.Contains(Assert.Throws<ArgumentException>(act).Message, expected);
    }

    [TestMethod]
    public void BinaryModelsTakePartToo()
    {
        var suite = AttackSuite.Quick(Norm.LInfinity, 0.1);
        var settings = FruitExperiment.Settings with { Suite = suite, LabelColumnName = "IsApple" };

        var result = _ml.BinaryClassification.CreateRobustnessExperiment(settings)
            .Add("network", ml => Fruit.BinaryTrainer(ml, epochs: 2))
            .Add("SDCA", ml => ml.BinaryClassification.Trainers.SdcaLogisticRegression("IsApple"))
            .Execute(FruitExperiment.Train(_ml), _ml.Data.TakeRows(FruitExperiment.Test(_ml), 12));

        Assert.IsTrue(result.RunDetails.All(trial => trial.Exception is null), string.Join("; ", result.RunDetails));
        StringAssert.Contains(FruitExperiment.Rows(_ml, result).Single(row => row.Candidate == "SDCA").Warnings, "without fgsm; without pgd");
    }
}
