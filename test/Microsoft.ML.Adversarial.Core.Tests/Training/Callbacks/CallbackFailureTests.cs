namespace Microsoft.ML.Adversarial.Training.Callbacks;

[TestClass]
public sealed class CallbackFailureTests
{
    private readonly TrainingTask task = new();

    public static IEnumerable<object[]> Events =>
    [
        ["TrainingStarted", new ScriptedCallback { Started = _ => Fail() }, 1],
        ["EpochStarted", new ScriptedCallback { AtEpochStart = (_, epoch) => FailIf(epoch == 2) }, 2],
        ["BatchStarted", new ScriptedCallback { AtBatchStart = (_, batch) => FailIf(batch.Epoch == 2) }, 2],
        ["BatchEnded", new ScriptedCallback { AtBatchEnd = (_, batch, _) => FailIf(batch.Epoch == 2) }, 2],
        ["EpochEnded", new ScriptedCallback { AtEpochEnd = (_, epoch) => FailIf(epoch.Progress.Epoch == 3) }, 3],
        ["TrainingEnded", new ScriptedCallback { Ended = _ => Fail() }, 4],
    ];

    [TestCleanup]
    public void FreeTask() => task.Dispose();

    [TestMethod]
    [DynamicData(nameof(Events))]
    public void AFailureIsReportedAndTrainingGoesOn(string happened, object failing, int report)
    {
        using TrainingTask plain = new();
        plain.Run(new() { Epochs = 3, BatchSize = 72 });
        ScriptedCallback other = new();

        List<TrainingProgress> reports = task.Run(new() { Epochs = 3, BatchSize = 72, Callbacks = [(ScriptedCallback)failing, other] });

        Assert.HasCount(happened == "TrainingEnded" ? 4 : 3, reports);
        Assert.AreEqual($"Callback ScriptedCallback failed in {happened}: OperationCanceledException: Out of paper.", reports[report - 1].Warning);
        Assert.AreEqual(1, reports.Count(other => other.Warning is not null));
        CollectionAssert.AreEqual(((ScriptedCallback)failing).Told, other.Told);
        CollectionAssert.AreEqual(plain.Weights(), task.Weights());
    }

    [TestMethod]
    public void WhatComesAfterTheLastEpochRepeatsItsReport()
    {
        List<TrainingProgress> reports = task.Run(new() { Epochs = 1, Callbacks = [new ScriptedCallback { Ended = _ => Fail() }] });
        Assert.HasCount(2, reports);
        Assert.AreEqual(reports[0] with { Warning = reports[1].Warning, IsAfterTraining = true }, reports[1]);
    }

    [TestMethod]
    public void AFailureIsReportedThoughNoEpochWas()
    {
        List<TrainingProgress> reports = task.Run(
            new() { Cancellation = new(canceled: true), Callbacks = [new ScriptedCallback { Started = _ => Fail(), Ended = _ => Fail() }] });
        Assert.HasCount(1, reports);
        Assert.AreEqual((0, true), (reports[0].Epoch, reports[0].IsAfterTraining));
        // The first one of each callback.
        Assert.AreEqual("Callback ScriptedCallback failed in TrainingStarted: OperationCanceledException: Out of paper.", reports[0].Warning);
    }

    [TestMethod]
    public void TheFirstFailureOfEachCallbackAndEpochIsReported()
    {
        List<TrainingProgress> reports = task.Run(
            new()
            {
                Epochs = 2, BatchSize = 72,
                Callbacks = [ScriptedCallback.Always(_ => Fail()), new EarlyStoppingCallback { Metric = TrainingMetric.RobustAccuracy }],
            });
        Assert.HasCount(3, reports);
        Assert.AreEqual(
            "Callback ScriptedCallback failed in EpochStarted: OperationCanceledException: Out of paper. Callback EarlyStoppingCallback failed in "
                + "EpochEnded: InvalidOperationException: Expected a robust accuracy to stop early by, got none. Set ValidationFraction above 0, "
                + "train with an adversarial loss, or choose another Metric.",
            reports[1].Warning);
    }

    [TestMethod]
    [DynamicData(nameof(Events))]
    public void AFailureEndsTrainingIfThatIsAsked(string happened, object failing, int report)
    {
        ScriptedCallback other = new();
        TrainingOptions options = new()
        {
            Epochs = 3, BatchSize = 72, Schedule = LearningRateSchedule.Constant,
            Callbacks = [(ScriptedCallback)failing, other], RethrowCallbackExceptions = true,
        };

        var e = Assert.ThrowsExactly<OperationCanceledException>(() => task.Run(options));

        Assert.AreEqual("Out of paper.", e.Message, happened);
        Assert.Contains(nameof(Fail), e.StackTrace!);
        Assert.IsFalse(task.Network.Module.training);
        Assert.AreEqual("ended", other.Told[^1]);
        CollectionAssert.AreEqual(((ScriptedCallback)failing).Told, other.Told);

        // The epoch that a callback failed in is kept if it had been judged.
        using TrainingTask reference = new();
        int judged = happened is "EpochEnded" or "TrainingEnded" ? 3 : report - 1;
        if (judged > 0)
        {
            reference.Run(new() { Epochs = judged, BatchSize = 72, Schedule = LearningRateSchedule.Constant });
        }

        CollectionAssert.AreEqual(reference.Weights(), task.Weights());
    }

    [TestMethod]
    public void WhatFailsAtTheEndDoesNotHideWhyTrainingEnded()
    {
        ScriptedCallback failing = new() { Ended = _ => Fail() };
        TrainingOptions options = new() { BatchSize = 72, RethrowCallbackExceptions = true, Callbacks = [failing] };
        Assert.ThrowsExactly<TrainingDivergedException>(() => task.Run(options, ScriptedLoss.NaNFrom(0)));
    }

    private static void Fail() => throw new OperationCanceledException("Out of paper.");

    private static void FailIf(bool holds)
    {
        if (holds)
        {
            Fail();
        }
    }
}
