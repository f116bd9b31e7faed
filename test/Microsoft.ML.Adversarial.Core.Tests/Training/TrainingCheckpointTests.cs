using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Training.Losses;
using Microsoft.ML.Adversarial.Training.Sharpness;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training;

[TestClass]
public sealed class TrainingCheckpointTests
{
    private static readonly AdversarialCrossEntropyLoss Adversarial = new(Norm.LInfinity, 0.5);

    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    private string Path => System.IO.Path.Combine(folder, "training.safetensors");

    public static IEnumerable<object[]> Trainings =>
    [
        ["SGD", new TrainingOptions { Optimizer = OptimizerKind.Sgd, LearningRate = 0.05 }, new CrossEntropyLoss()],
        ["Adam, Fisher-SAM", new TrainingOptions { WeightPerturbation = new FisherSharpnessAwareMinimization() }, new CrossEntropyLoss()],
        ["AdamW, average", new TrainingOptions { Optimizer = OptimizerKind.AdamW, WeightDecay = 0.01, WeightAveraging = 0.9 }, new CrossEntropyLoss()],
        ["PGD-AT", new TrainingOptions { ValidationFraction = 0 }, Adversarial],
        [
            "PGD-AT, held-out rows", new TrainingOptions { ValidationFraction = 0.3, LearningRate = 0.01 },
            new AdversarialCrossEntropyLoss(Norm.LInfinity, 1),
        ],
        ["AWP", new TrainingOptions { ValidationFraction = 0, WeightPerturbation = new AdversarialWeightPerturbation() }, Adversarial],
        ["HE", new TrainingOptions { ValidationFraction = 0, Hypersphere = new() { Scale = 10 } }, Adversarial],
        ["free", new TrainingOptions { ValidationFraction = 0 }, new FreeAdversarialLoss(Norm.LInfinity, 0.5)],
        ["ALP", new TrainingOptions { ValidationFraction = 0 }, new AdversarialLogitPairingLoss(Norm.LInfinity, 0.5)],
        ["TRADES", new TrainingOptions { ValidationFraction = 0 }, new TradesLoss(Norm.LInfinity, 0.5)],
        ["MART", new TrainingOptions { ValidationFraction = 0 }, new MisclassificationAwareLoss(Norm.LInfinity, 0.5)],
        ["IBP", new TrainingOptions { ValidationFraction = 0 }, new IntervalBoundLoss(0.5)],
    ];

    [TestCleanup]
    public void DeleteFolder() => Directory.Delete(folder, recursive: true);

    [TestMethod]
    [DynamicData(nameof(Trainings))]
    public void ContinuingGivesTheSameWeightsBitForBit(string name, TrainingOptions options, TrainingLoss loss)
    {
        (options.Epochs, options.BatchSize, options.CheckpointPath) = (5, 40, null);
        using TrainingTask whole = Task(options);
        Run(whole, options, loss, stopAfter: null, seed: 3);

        options.CheckpointPath = Path;
        using TrainingTask first = Task(options);
        Run(first, options, loss, stopAfter: 2, seed: 3);
        CollectionAssert.AreNotEqual(whole.Weights(), first.Weights(), name);

        // Another process has another seed and other first weights.
        using TrainingTask second = Task(options);
        second.Network.Module.parameters().First().detach().fill_(7);
        Assert.HasCount(3, Run(second, options, loss, stopAfter: null, seed: 99), name);
        CollectionAssert.AreEqual(whole.Weights(), second.Weights(), name);

        // Nothing is left to do.
        using TrainingTask third = Task(options);
        Assert.IsEmpty(Run(third, options, loss, stopAfter: null, seed: 4), name);
        CollectionAssert.AreEqual(whole.Weights(), third.Weights(), name);
    }

    [TestMethod]
    public void TheMostRobustEpochBeforeACheckpointIsGoneBackTo()
    {
        // After the second epoch, which is the last one before the checkpoint, the loss rises rather than falls.
        CollapsingLoss loss = new(new AdversarialCrossEntropyLoss(Norm.LInfinity, 0.5), From: 0.4);
        TrainingOptions options = new()
        {
            Epochs = 5, BatchSize = 40, LearningRate = 0.1, Schedule = LearningRateSchedule.Constant, CheckpointPath = Path,
        };
        using TrainingTask first = new();
        Run(first, options, loss, stopAfter: 2, seed: 3);

        using TrainingTask second = new();
        List<TrainingProgress> reports = Run(second, options, loss, stopAfter: null, seed: 99);
        Assert.HasCount(3, reports);
        Assert.IsFalse(reports.Any(report => report.IsBest));
        Assert.IsTrue(reports.Any(report => report.Warning?.Contains("Catastrophic overfitting", StringComparison.Ordinal) == true));
        CollectionAssert.AreEqual(first.Weights(), second.Weights());
    }

    [TestMethod]
    public void AnotherTrainingsCheckpointIsRefusedAndKept()
    {
        using TrainingTask task = new();
        Run(task, new() { Epochs = 1, CheckpointPath = Path }, new CrossEntropyLoss(), null, 1);
        byte[] before = File.ReadAllBytes(Path);

        using TrainingTask other = new();
        var e = Assert.ThrowsExactly<InvalidOperationException>(() => Run(other, new() { Epochs = 2, CheckpointPath = Path }, new CrossEntropyLoss(), null, 1));
        Assert.Contains("expected one of this training", e.Message);
        Assert.ThrowsExactly<InvalidOperationException>(() => Run(other, new() { Epochs = 1, CheckpointPath = Path }, new DistillationLoss(), null, 1));
        TrainingRows permuted = task.Rows with { Inputs = task.Rows.Inputs.flip(0), Labels = task.Rows.Labels.flip(0) };
        using Generator generator = new(1);
        Assert.ThrowsExactly<InvalidOperationException>(
            () => TrainingLoop.Run(other.Classifier, permuted, new CrossEntropyLoss(), new() { Epochs = 1, CheckpointPath = Path }, generator));
        using TrainingTask fewer = new(210);
        Assert.ThrowsExactly<InvalidOperationException>(() => Run(fewer, new() { Epochs = 1, CheckpointPath = Path }, new CrossEntropyLoss(), null, 1));
        CollectionAssert.AreEqual(before, File.ReadAllBytes(Path));
    }

    [TestMethod]
    public void ADamagedFileIsNamed()
    {
        using TrainingTask task = new();
        Run(task, new() { Epochs = 1, CheckpointPath = Path }, new CrossEntropyLoss(), null, 1);
        byte[] bytes = File.ReadAllBytes(Path);
        File.WriteAllBytes(Path, bytes[..(bytes.Length / 2)]);
        var e = Assert.ThrowsExactly<InvalidDataException>(() => Run(task, new() { Epochs = 1, CheckpointPath = Path }, new CrossEntropyLoss(), null, 1));
        Assert.Contains("training.safetensors", e.Message);
    }

    [TestMethod]
    public void APlaceThatCannotBeWrittenIsAnErrorBeforeTheFirstEpoch()
    {
        using TrainingTask task = new();
        byte[] before = task.Weights();
        string missing = System.IO.Path.Combine(folder, "missing", "training.safetensors");
        var e = Assert.ThrowsExactly<IOException>(() => Run(task, new() { CheckpointPath = missing }, new CrossEntropyLoss(), null, 1));
        Assert.Contains("choose another CheckpointPath", e.Message);
        CollectionAssert.AreEqual(before, task.Weights());
    }

    [TestMethod]
    public void AFolderInItsPlaceIsAnErrorBeforeTheFirstEpoch()
    {
        using TrainingTask task = new();
        byte[] before = task.Weights();
        Directory.CreateDirectory(Path);
        var e = Assert.ThrowsExactly<IOException>(() => Run(task, new() { CheckpointPath = Path }, new CrossEntropyLoss(), null, 1));
        Assert.Contains("choose another CheckpointPath", e.Message);
        CollectionAssert.AreEqual(before, task.Weights());
        CollectionAssert.AreEqual(new[] { Path }, Directory.GetFileSystemEntries(folder), "half-written files");
    }

    [TestMethod]
    public void AFailureLaterLeavesTheLastCompleteCheckpoint()
    {
        // A file that cannot be replaced, as on a full disk: the folder disappears after the second epoch.
        using TrainingTask whole = new();
        TrainingOptions options = new() { Epochs = 4, BatchSize = 40 };
        Run(whole, options, new CrossEntropyLoss(), null, 1);

        using TrainingTask failing = new();
        options.CheckpointPath = Path;
        string moved = folder + ".moved";
        Assert.ThrowsExactly<IOException>(() => Run(failing, options, new CrossEntropyLoss(), null, 1, afterEpoch: epoch =>
        {
            if (epoch == 3)
            {
                Directory.Move(folder, moved);
            }
        }));
        Directory.Move(moved, folder);

        using TrainingTask again = new();
        Assert.HasCount(2, Run(again, options, new CrossEntropyLoss(), null, 1));
        CollectionAssert.AreEqual(whole.Weights(), again.Weights());
        Assert.HasCount(1, Directory.GetFiles(folder), "half-written files");
    }

    private static TrainingTask Task(TrainingOptions options) =>
        new(definition: options.Hypersphere is { } embedding ? TrainingTask.Definition.WithHypersphereEmbedding(embedding.Scale) : null);

    // Returns what was told of each epoch.
    private static List<TrainingProgress> Run(
        TrainingTask task, TrainingOptions options, TrainingLoss loss, int? stopAfter, ulong seed, Action<int>? afterEpoch = null)
    {
        using CancellationTokenSource source = new();
        List<TrainingProgress> reports = [];
        TrainingOptions copy = options.With(new AfterEpoch(report =>
        {
            reports.Add(report);
            afterEpoch?.Invoke(report.Epoch);
            if (report.Epoch == stopAfter)
            {
                source.Cancel();
            }
        }));
        copy.Cancellation = source.Token;
        using Generator generator = new(seed);
        TrainingLoop.Run(task.Classifier, task.Rows, loss, copy, generator);
        return reports;
    }

    private sealed class AfterEpoch(Action<TrainingProgress> act) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => act(value);
    }
}
