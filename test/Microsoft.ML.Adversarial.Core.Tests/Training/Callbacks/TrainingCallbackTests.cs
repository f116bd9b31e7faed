using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Adversarial.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training.Callbacks;

[TestClass]
public sealed class TrainingCallbackTests
{
    private readonly TrainingTask task = new();
    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    private string Checkpoint => Path.Combine(folder, "training.safetensors");

    [TestCleanup]
    public void Free()
    {
        task.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [TestMethod]
    public void EveryCallbackIsToldOfEverythingInOrder()
    {
        List<string> who = [];
        ScriptedCallback first = ScriptedCallback.Always(_ => who.Add("first"));
        ScriptedCallback second = ScriptedCallback.Always(_ => who.Add("second"));

        // 216 training rows.
        task.Run(new() { Epochs = 2, BatchSize = 120, Callbacks = [first, second] });

        CollectionAssert.AreEqual(
            new[]
            {
                "started 0/2x2",
                "epoch 1", "batch 1.1 #1", "batch 1.1 over", "batch 1.2 #2", "batch 1.2 over", "epoch 1 over",
                "epoch 2", "batch 2.1 #3", "batch 2.1 over", "batch 2.2 #4", "batch 2.2 over", "epoch 2 over",
                "ended",
            },
            first.Told);
        CollectionAssert.AreEqual(first.Told, second.Told);
        CollectionAssert.AreEqual(Enumerable.Repeat<string[]>(["first", "second"], 14).SelectMany(pair => pair).ToArray(), who);
    }

    [TestMethod]
    public void ACallbackIsToldOfEveryNthBatchOfTheTraining()
    {
        ScriptedCallback third = new() { EveryBatches = 3 };
        ScriptedCallback rare = new() { EveryBatches = 100 };

        // 216 training rows: two batches an epoch.
        task.Run(new() { Epochs = 4, BatchSize = 120, Callbacks = [third, rare] });

        CollectionAssert.AreEqual(
            new[] { "batch 2.1 #3", "batch 2.1 over", "batch 3.2 #6", "batch 3.2 over" }, third.Told.Where(told => told.StartsWith("batch", StringComparison.Ordinal)).ToArray());
        Assert.IsFalse(rare.Told.Exists(told => told.StartsWith("batch", StringComparison.Ordinal)));
        Assert.AreEqual(4, rare.Told.Count(told => told.EndsWith("over", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void AnIntervalBelowOneIsRefused()
    {
        var error = Assert.ThrowsExactly<ArgumentException>(() => task.Run(new() { Epochs = 1, Callbacks = [new ScriptedCallback { EveryBatches = 0 }] }));

        StringAssert.Contains(error.Message, "ScriptedCallback: expected EveryBatches >= 1, got 0.");
    }

    [TestMethod]
    public void TheyAreToldWhatTheLoopKnows()
    {
        List<double> losses = [];
        List<double> rates = [];
        List<TrainingEpoch> epochs = [];
        List<bool> modes = [];
        ScriptedCallback watching = new()
        {
            AtBatchStart = (run, batch) =>
            {
                modes.Add(run.Classifier.Module.training);
                CollectionAssert.AreEqual(SmallNetwork.Bits(task.Rows.Inputs.index_select(0, batch.Rows)), SmallNetwork.Bits(batch.Inputs));
                CollectionAssert.AreEqual(SmallNetwork.Bits(task.Rows.Labels.index_select(0, batch.Rows)), SmallNetwork.Bits(batch.Labels));
            },
            AtBatchEnd = (_, batch, loss) =>
            {
                losses.Add(loss);
                rates.Add(batch.LearningRate);
            },
            AtEpochEnd = (run, epoch) =>
            {
                Assert.AreEqual(run.EpochsDone, epoch.Progress.Epoch);
                epochs.Add(epoch);
            },
        };

        List<TrainingProgress> reports = task.Run(
            new() { Epochs = 2, BatchSize = 72, LearningRate = 0.6, Schedule = LearningRateSchedule.Linear, Callbacks = [watching] });

        CollectionAssert.AreEqual(reports, epochs.Select(epoch => epoch.Progress).ToList());
        Assert.AreEqual(reports[1].TrainingLoss, losses[3..].Average(), 1e-12);
        CollectionAssert.AreEqual(new[] { 0.6, 0.5, 0.4, 0.3, 0.2, 0.1 }, rates.Select(rate => Math.Round(rate, 12)).ToArray());
        CollectionAssert.AreEqual(new[] { rates[2], rates[5] }, epochs.Select(epoch => epoch.LearningRate).ToArray());
        Assert.IsTrue(epochs.All(epoch => epoch.Duration > TimeSpan.Zero));
        Assert.IsTrue(modes.All(isTraining => isTraining));
    }

    [TestMethod]
    public void ABatchThatIsUsedSeveralTimesIsToldOnceWithTheMeanLoss()
    {
        List<double> losses = [];
        ScriptedCallback watching = new() { AtBatchEnd = (_, _, loss) => losses.Add(loss) };

        List<TrainingProgress> reports = task.Run(
            new() { Epochs = 1, BatchSize = 72, Callbacks = [watching] }, new FreeAdversarialLoss(Norm.LInfinity, 0.5) { BatchReplays = 4 });

        Assert.HasCount(3, losses);
        Assert.AreEqual(reports[0].TrainingLoss, losses.Average(), 1e-12);
    }

    [TestMethod]
    public void AfterAnEpochTheNetworkCarriesTheAverageAndAtTheEndTheBest()
    {
        List<byte[]> weights = [];
        List<bool> modes = [];
        byte[] last = [];
        ScriptedCallback watching = new()
        {
            AtEpochEnd = (run, _) =>
            {
                weights.Add(task.Weights());
                modes.Add(run.Classifier.Module.training);
            },
            Ended = run =>
            {
                last = task.Weights();
                modes.Add(run.Classifier.Module.training);
            },
        };

        List<TrainingProgress> reports = task.Run(
            new()
            {
                Optimizer = OptimizerKind.Sgd, LearningRate = 3, Schedule = LearningRateSchedule.Constant, WeightAveraging = 0.5,
                Epochs = 12, BatchSize = 16, Patience = 12, Callbacks = [watching],
            });

        int best = reports.FindLastIndex(report => report.IsBest);
        Assert.IsLessThan(reports.Count - 1, best, "the last epoch is the best: this test says less");
        CollectionAssert.AreEqual(task.Weights(), weights[best]);
        CollectionAssert.AreEqual(task.Weights(), last);
        Assert.IsFalse(modes.Any(isTraining => isTraining));
    }

    [TestMethod]
    public void EveryEndIsTold()
    {
        using CancellationTokenSource source = new();
        ScriptedCallback cancelling = new() { AtBatchEnd = (_, batch, _) => Cancel(source, when: batch.Number == 4) };
        task.Run(new() { BatchSize = 72, Cancellation = source.Token, Callbacks = [cancelling] });
        CollectionAssert.AreEqual(new[] { "epoch 1 over", "epoch 2", "batch 2.1 #4", "batch 2.1 over", "ended" }, cancelling.Told[^5..]);

        using TrainingTask diverging = new();
        ScriptedCallback watching = ScriptedCallback.Always(_ => { });
        diverging.Run(new() { BatchSize = 72, Callbacks = [watching] }, ScriptedLoss.NaNFrom(4));
        CollectionAssert.AreEqual(new[] { "batch 2.1 over", "batch 2.2 #5", "ended" }, watching.Told[^3..]);

        using TrainingTask lost = new();
        watching = new() { Ended = run => Assert.IsFalse(run.Classifier.Module.training) };
        Assert.ThrowsExactly<TrainingDivergedException>(
            () => lost.Run(new() { BatchSize = 72, Callbacks = [watching] }, ScriptedLoss.NaNFrom(0)));
        Assert.AreEqual("ended", watching.Told[^1]);

        using TrainingTask worse = new();
        watching = new();
        ScriptedLoss away = new((_, step) => new CrossEntropyLoss().Evaluate(step).neg());
        List<TrainingProgress> reports = worse.Run(
            new() { Epochs = 50, Patience = 2, LearningRate = 0.05, BatchSize = 32, Callbacks = [watching] }, away);
        Assert.IsLessThan(50, reports.Count);
        CollectionAssert.AreEqual(new[] { $"epoch {reports.Count} over", "ended" }, watching.Told[^2..]);
    }

    [TestMethod]
    public void AStopEndsTrainingAfterTheEpochAndKeepsTheBest()
    {
        TrainingOptions options = new() { BatchSize = 72, Epochs = 10, Schedule = LearningRateSchedule.Constant };
        options.Callbacks = [new ScriptedCallback { AtBatchEnd = (run, batch, _) => Stop(run, when: batch is { Epoch: 2, Step: 1 }) }];
        Assert.HasCount(2, task.Run(options));

        using TrainingTask afterwards = new();
        options.Callbacks = [new ScriptedCallback { AtEpochEnd = (run, epoch) => Stop(run, when: epoch.Progress.Epoch == 2) }];
        Assert.HasCount(2, afterwards.Run(options));

        using TrainingTask two = new();
        two.Run(new() { BatchSize = 72, Epochs = 2, Schedule = LearningRateSchedule.Constant });
        CollectionAssert.AreEqual(two.Weights(), task.Weights());
        CollectionAssert.AreEqual(two.Weights(), afterwards.Weights());

        using TrainingTask never = new();
        byte[] before = never.Weights();
        options.Callbacks = [new ScriptedCallback { Started = run => run.RequestStop() }];
        Assert.IsEmpty(never.Run(options));
        CollectionAssert.AreEqual(before, never.Weights());
    }

    [TestMethod]
    public void AStoppedTrainingGoesOnFromItsCheckpointAndGoesOnCounting()
    {
        TrainingOptions options = new() { BatchSize = 72, Epochs = 4 };
        using TrainingTask whole = new();
        whole.Run(options);

        options.CheckpointPath = Checkpoint;
        options.Callbacks = [new ScriptedCallback { AtEpochEnd = (run, epoch) => Stop(run, when: epoch.Progress.Epoch == 2) }];
        Assert.HasCount(2, task.Run(options));

        using TrainingTask rest = new();
        ScriptedCallback watching = new();
        options.Callbacks = [watching];
        Assert.HasCount(2, rest.Run(options, seed: 99));

        CollectionAssert.AreEqual(new[] { "started 2/4x3", "epoch 3", "batch 3.1 #7" }, watching.Told[..3]);
        CollectionAssert.AreEqual(whole.Weights(), rest.Weights());
    }

    [TestMethod]
    public void TensorsThatCallbacksLeaveAreFreedAndDetachedOnesKept()
    {
        Tensor? kept = null;
        using (DisposeScope scope = torch.NewDisposeScope())
        {
            ScriptedCallback leaving = ScriptedCallback.Always(_ => torch.zeros(3));
            ScriptedCallback keeping = new() { Started = _ => kept = torch.ones(3).DetachFromDisposeScope() };
            LiveTensors.AssertNoneLeft(() =>
            {
                kept?.Dispose();
                task.Run(new() { Epochs = 2, BatchSize = 72, Callbacks = [leaving, keeping] });
                return [];
            });
        }

        Assert.AreEqual(3, kept!.sum().item<float>());
        kept.Dispose();
    }

    [TestMethod]
    public void AListWithoutACallbackIsRefused()
    {
        foreach (IReadOnlyList<ITrainingCallback> callbacks in new[] { null!, new ITrainingCallback[] { new ScriptedCallback(), null! } })
        {
            var e = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => task.Run(new() { Callbacks = callbacks }));
            Assert.AreEqual("Callbacks", e.ParamName);
            Assert.StartsWith("Expected Callbacks to be a list without null, got null.", e.Message);
        }
    }

    private static void Stop(TrainingRun run, bool when)
    {
        if (when)
        {
            Assert.IsFalse(run.IsStopRequested);
            run.RequestStop();
            Assert.IsTrue(run.IsStopRequested);
        }
    }

    private static void Cancel(CancellationTokenSource source, bool when)
    {
        if (when)
        {
            source.Cancel();
        }
    }
}
