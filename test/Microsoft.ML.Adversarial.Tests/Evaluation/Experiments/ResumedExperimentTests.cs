using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.Persistence;
using Microsoft.ML.Adversarial.TestData;

namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

[TestClass]
public sealed class ResumedExperimentTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void KilledAfterAnyFileTheLeaderboardIsTheSame(bool withDetectors)
    {
        using var whole = new TemporaryFolder();
        var uninterrupted = Run(whole.FullName, withDetectors);
        string[] written = [.. uninterrupted.RunDetails.SelectMany(FileNames)];
        CollectionAssert.AreEquivalent(
            written, Directory.GetFiles(whole.FullName).Select(Path.GetFileName).Where(name => name != "experiment.lock").ToArray());

        for (var count = 0; count <= written.Length; count++)
        {
            using var killed = new TemporaryFolder();
            foreach (var name in written.Take(count))
            {
                File.Copy(whole.File(name), killed.File(name));
            }

            // What was being written is there in part, under another name.
            if (count < written.Length)
            {
                killed.Write($"{written[count]}.0.tmp", File.ReadAllBytes(whole.File(written[count]))[..20]);
            }

            var resumed = Run(killed.FullName, withDetectors);

            Assert.AreEqual(written.Take(count).Count(name => name.EndsWith(".trial.json", StringComparison.Ordinal)), resumed.RunDetails.Count(trial => trial.IsFromFolder));
            RequireSame(uninterrupted, resumed);
            Assert.IsEmpty(Directory.GetFiles(killed.FullName, "*.tmp"));
        }
    }

    [TestMethod]
    public void StoppedAfterAnyTrialTheLeaderboardIsTheSame()
    {
        var settings = FruitExperiment.Settings with { Search = new SuccessiveHalving(2) { ReductionFactor = 2, MinimumFraction = 0.5 } };
        var rows = Fruit.LoadLabelled(_ml, 240, seed: 1);
        var uninterrupted = FruitExperiment.Create(_ml, settings).CrossValidate(rows, folds: 2);
        for (var stop = 1; stop <= uninterrupted.RunDetails.Count; stop++)
        {
            using var folder = new TemporaryFolder();
            var heard = 0;
            Assert.ThrowsExactly<InvalidOperationException>(
                () => Run(new TrialList(_ => Stop(++heard, stop))));

            RequireSame(uninterrupted, Run(new TrialList()));

            RobustnessExperimentResult Run(TrialList list) => FruitExperiment.Create(_ml, settings with { Folder = folder.FullName })
                .CrossValidate(rows, folds: 2, list);
        }

        static void Stop(int heard, int stop)
        {
            if (heard == stop)
            {
                throw new InvalidOperationException("Stopped.");
            }
        }
    }

    [TestMethod]
    public void AKilledProcessLosesOnlyTheTrialThatWasRunning()
    {
        using var folder = new TemporaryFolder();
        Assert.AreNotEqual(0, FreshProcess.RunExperimentUntilKilled(folder.FullName));

        var resumed = Run(folder.FullName);

        CollectionAssert.AreEqual(new[] { true, false, false }, resumed.RunDetails.Select(trial => trial.IsFromFolder).ToArray());
        RequireSame(Run(null), resumed);

        RobustnessExperimentResult Run(string? kept) => FruitExperiment.Create(_ml, FruitExperiment.Measured(kept, _ => { }))
            .Execute(FruitExperiment.Train(_ml), FruitExperiment.Test(_ml));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void DamagedFilesAreNoTrials(bool withDetectors)
    {
        using var whole = new TemporaryFolder();
        var uninterrupted = Run(whole.FullName, withDetectors);
        var warnings = new List<string>();
        _ml.Log += (_, message) =>
        {
            if (message.Kind == Runtime.ChannelMessageKind.Warning)
            {
                warnings.Add(message.Message);
            }
        };
        foreach (var name in FileNames(uninterrupted.RunDetails[^1]))
        {
            var intact = File.ReadAllBytes(whole.File(name));
            byte[][] damages = [[], intact[..(intact.Length / 2)], Flipped(intact), "null"u8.ToArray(), "{}"u8.ToArray()];
            foreach (var damaged in damages)
            {
                whole.Write(name, damaged);
                warnings.Clear();

                var resumed = Run(whole.FullName, withDetectors);

                RequireSame(uninterrupted, resumed);
                Assert.AreEqual(uninterrupted.RunDetails.Count - 1, resumed.RunDetails.Count(trial => trial.IsFromFolder));
                Assert.IsTrue(warnings.Any(warning => warning.Contains("is run again", StringComparison.Ordinal)), string.Join("\n", warnings));
            }
        }

        static byte[] Flipped(byte[] bytes) => [.. bytes[..(bytes.Length / 2)], (byte)(bytes[bytes.Length / 2] ^ 1), .. bytes[((bytes.Length / 2) + 1)..]];
    }

    [TestMethod]
    public void OtherDataAndSettingsAreOtherTrials()
    {
        using var folder = new TemporaryFolder();
        var settings = FruitExperiment.Settings with { Folder = folder.FullName };
        var (train, test) = (FruitExperiment.Train(_ml), FruitExperiment.Test(_ml));
        var first = FruitExperiment.Create(_ml, settings).Execute(train, test);
        (string What, Func<RobustnessExperimentResult> Run)[] others =
        [
            ("training rows", () => FruitExperiment.Create(_ml, settings).Execute(Fruit.LoadLabelled(_ml, 90, seed: 7), test)),
            ("test rows", () => FruitExperiment.Create(_ml, settings).Execute(train, Fruit.LoadLabelled(_ml, 30, seed: 8))),
            ("folds", () => FruitExperiment.Create(_ml, settings).CrossValidate(train, folds: 2)),
            ("seed", () => FruitExperiment.Create(_ml, settings with { Seed = 2 }).Execute(train, test)),
            ("attacks' seed", () => FruitExperiment.Create(_ml, settings with { Robustness = settings.Robustness with { Seed = 2 } }).Execute(train, test)),
            ("attacks", () => FruitExperiment.Create(
                _ml, settings with { Suite = new("one", settings.Suite.Norm, 0.2, [settings.Suite.Attacks[0]]) }).Execute(train, test)),
            ("measures", () => FruitExperiment.Create(_ml, settings with { Measures = [new("One", (_, _, _) => 1)] }).Execute(train, test)),
        ];

        foreach (var (what, run) in others)
        {
            Assert.IsFalse(run().RunDetails.Any(trial => trial.IsFromFolder), what);
        }

        var again = FruitExperiment.Create(_ml, settings with { OptimizingMetric = OptimizingMetric.CleanAccuracy }).Execute(train, test);
        Assert.IsTrue(again.RunDetails.All(trial => trial.IsFromFolder), "What is looked for changes no trial.");
        RequireSame(first, FruitExperiment.Create(_ml, settings).Execute(train, test));
    }

    [TestMethod]
    public void OtherCalibrationRowsAndSettingsOfDetectionAreOtherTrials()
    {
        using var folder = new TemporaryFolder();
        var settings = FruitExperiment.Detecting(_ml) with { Folder = folder.FullName };
        var detection = settings.Detection!;
        var first = Run(settings);
        (string What, DetectionSettings? Detection)[] others =
        [
            ("calibration rows", detection with { CalibrationRows = Fruit.LoadLabelled(_ml, 60, seed: 9) }),
            ("rate", detection with { FalsePositiveRate = 0.2 }),
            ("seed", detection with { Options = detection.Options with { Seed = 5 } }),
            ("batch size", detection with { Options = detection.Options with { BatchSize = 7 } }),
            ("steps", detection with { Options = detection.Options with { AdaptiveSteps = 2 } }),
            ("half the budget", detection with { Options = detection.Options with { HalfBudgetAttack = null } }),
            ("no detection", null),
        ];

        foreach (var (what, other) in others)
        {
            Assert.IsFalse(Run(settings with { Detection = other }).RunDetails.Any(trial => trial.IsFromFolder), what);
        }

        var again = Run(settings with { OptimizingMetric = OptimizingMetric.UnflaggedError });
        Assert.IsTrue(again.RunDetails.All(trial => trial.IsFromFolder), "What is looked for changes no trial.");
        var confident = Run(settings with { Detection = detection with { Options = detection.Options with { Confidence = 0.5 } } });
        Assert.IsTrue(confident.RunDetails.All(trial => trial.IsFromFolder), "Intervals are computed of what was measured.");
        Assert.AreEqual(0.5, confident.RunDetails[1].System!.Confidence);
        RequireSame(first, Run(settings));

        RobustnessExperimentResult Run(RobustnessExperimentSettings with) =>
            FruitExperiment.CreateDetecting(_ml, with).Execute(FruitExperiment.Train(_ml), FruitExperiment.Test(_ml));
    }

    [TestMethod]
    public void KeptModelsLoad()
    {
        using var folder = new TemporaryFolder();
        var result = Run(folder.FullName);
        var test = FruitExperiment.Test(_ml);
        foreach (var trial in result.RunDetails)
        {
            var metrics = _ml.MulticlassClassification.EvaluateRobustness(
                _ml.Model.Load(trial.ModelFile!, out _), test, FruitExperiment.Settings.Suite, options: FruitExperiment.Settings.Robustness);

            Assert.AreEqual(trial.Metrics!.RobustAccuracy, metrics.RobustAccuracy);
        }

        CollectionAssert.AreEqual(
            RowText.Of(Scores(result)).ToArray(), RowText.Of(Scores(Run(folder.FullName))).ToArray(), "The best model, read from the folder.");

        IDataView Scores(RobustnessExperimentResult of)
        {
            var scored = of.BestRun.Model!.Transform(test);
            return _ml.Transforms.SelectColumns("Score").Fit(scored).Transform(scored);
        }
    }

    [TestMethod]
    public void AModelThatCannotBeSavedIsNotLost()
    {
        using var folder = new TemporaryFolder();
        var result = FruitExperiment.Create(_ml, FruitExperiment.Settings with { Folder = folder.FullName })
            .Add("custom", ml => Fruit.Trainer(ml, epochs: 2).Append(
                ml.Transforms.CustomMapping((FruitRow from, FruitRow to) => to.Id = from.Id, contractName: null)))
            .Execute(FruitExperiment.Train(_ml), FruitExperiment.Test(_ml));

        var custom = result.RunDetails.Single(trial => trial.Candidate == "custom");
        Assert.IsNull(custom.Exception);
        StringAssert.StartsWith(custom.Remark, "Not kept in the folder: ");
        Assert.IsNull(custom.ModelFile);
    }

    [TestMethod]
    public void AFolderThatCannotBeUsedIsKnownBeforeTheWork()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("file", [1]);
        var experiment = _ml.MulticlassClassification.CreateRobustnessExperiment(FruitExperiment.Settings with { Folder = Path.Combine(file, "sub") })
            .Add("unreached", _ => throw new InvalidOperationException("Was run."));

        StringAssert.Contains(
            Assert.ThrowsExactly<IOException>(() => experiment.Execute(FruitExperiment.Train(_ml), FruitExperiment.Test(_ml))).Message, "expected one that can be written");
        var twice = new TrialList(_ => StringAssert.Contains(
            Assert.ThrowsExactly<IOException>(() => Run(folder.FullName)).Message, "no other experiment is using"));
        FruitExperiment.Create(_ml, FruitExperiment.Settings with { Folder = folder.FullName })
            .Execute(FruitExperiment.Train(_ml), FruitExperiment.Test(_ml), twice);
        Assert.HasCount(3, twice.Trials);
    }

    // A trial's files, in the order in which they are written.
    private static IEnumerable<string> FileNames(RobustnessTrial trial)
    {
        var key = Path.GetFileNameWithoutExtension(trial.ModelFile!);
        string[] kinds = [".zip", ".evaluation1.json", .. trial.Systems.Count > 0 ? [".system1.json"] : Array.Empty<string>(), ".trial.json"];
        return kinds.Select(kind => key + kind);
    }

    private RobustnessExperimentResult Run(string folder, bool withDetectors) => !withDetectors
        ? Run(folder)
        : FruitExperiment.CreateDetecting(_ml, FruitExperiment.Detecting(_ml) with { Folder = folder })
            .Execute(FruitExperiment.Train(_ml), FruitExperiment.Test(_ml));

    private RobustnessExperimentResult Run(string folder) => FruitExperiment.Create(_ml, FruitExperiment.Settings with { Folder = folder })
        .Execute(FruitExperiment.Train(_ml), FruitExperiment.Test(_ml));

    private void RequireSame(RobustnessExperimentResult expected, RobustnessExperimentResult actual)
    {
        CollectionAssert.AreEqual(FruitExperiment.Rows(_ml, expected), FruitExperiment.Rows(_ml, actual));
        Assert.AreEqual(expected.BestRun.Candidate, actual.BestRun.Candidate);
        Assert.AreEqual(expected.BestRun.Parameters, actual.BestRun.Parameters);
        Assert.IsNotNull(actual.BestRun.Model);
        CollectionAssert.AreEqual(Outcomes(expected), Outcomes(actual));
        CollectionAssert.AreEqual(SystemScores(expected), SystemScores(actual));

        static float[] SystemScores(RobustnessExperimentResult result) =>
        [
            .. result.RunDetails.SelectMany(trial => trial.Systems).SelectMany(metrics => metrics.Record.Rows)
                .SelectMany(row => row.Outcomes.SelectMany(outcome => outcome.Scores).Concat(row.Scores)),
        ];

        static RowOutcome[] Outcomes(RobustnessExperimentResult result) =>
            [.. result.RunDetails.SelectMany(trial => trial.Evaluations).SelectMany(metrics => metrics.Record.Rows).SelectMany(row => row.Outcomes)];
    }
}
