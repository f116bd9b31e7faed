using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Training.Losses;
using Microsoft.ML.Adversarial.Training.Sharpness;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training;

[TestClass]
public sealed class TrainingCheckpointTests
{
    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    private string Path => System.IO.Path.Combine(folder, "training.safetensors");

    public static IEnumerable<object[]> Trainings =>
    [
        ["SGD", new TrainingOptions { Optimizer = OptimizerKind.Sgd, LearningRate = 0.05 }, new CrossEntropyLoss()],
        ["Adam, Fisher-SAM", new TrainingOptions { WeightPerturbation = new FisherSharpnessAwareMinimization() }, new CrossEntropyLoss()],
        ["AdamW, average", new TrainingOptions { Optimizer = OptimizerKind.AdamW, WeightDecay = 0.01, WeightAveraging = 0.9 }, new CrossEntropyLoss()],
        ["PGD-AT", new TrainingOptions { ValidationFraction = 0 }, new AdversarialCrossEntropyLoss(Norm.LInfinity, 0.5)],
        ["free", new TrainingOptions { ValidationFraction = 0 }, new FreeAdversarialLoss(Norm.LInfinity, 0.5)],
    ];

    [TestCleanup]
    public void DeleteFolder() => Directory.Delete(folder, recursive: true);

    [TestMethod]
    [DynamicData(nameof(Trainings))]
    public void ContinuingGivesTheSameWeightsBitForBit(string name, TrainingOptions options, TrainingLoss loss)
    {
        (options.Epochs, options.BatchSize, options.CheckpointPath) = (5, 40, null);
        using TrainingTask whole = new();
        Run(whole, options, loss, stopAfter: null, seed: 3);

        options.CheckpointPath = Path;
        using TrainingTask first = new();
        Run(first, options, loss, stopAfter: 2, seed: 3);
        CollectionAssert.AreNotEqual(whole.Weights(), first.Weights(), name);

        // Another process has another seed and other first weights.
        using TrainingTask second = new();
        second.Network.Module.parameters().First().detach().fill_(7);
        int epochs = Run(second, options, loss, stopAfter: null, seed: 99);
        Assert.AreEqual(3, epochs, name);
        CollectionAssert.AreEqual(whole.Weights(), second.Weights(), name);

        // Nothing is left to do.
        using TrainingTask third = new();
        Assert.AreEqual(0, Run(third, options, loss, stopAfter: null, seed: 4), name);
        CollectionAssert.AreEqual(whole.Weights(), third.Weights(), name);
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
        Assert.AreEqual(2, Run(again, options, new CrossEntropyLoss(), null, 1));
        CollectionAssert.AreEqual(whole.Weights(), again.Weights());
        Assert.HasCount(1, Directory.GetFiles(folder), "half-written files");
    }

    // Returns how many epochs were trained.
    private static int Run(TrainingTask task, TrainingOptions options, TrainingLoss loss, int? stopAfter, ulong seed, Action<int>? afterEpoch = null)
    {
        using CancellationTokenSource source = new();
        int epochs = 0;
        TrainingOptions copy = options.With(new AfterEpoch(report =>
        {
            epochs++;
            afterEpoch?.Invoke(report.Epoch);
            if (report.Epoch == stopAfter)
            {
                source.Cancel();
            }
        }));
        copy.Cancellation = source.Token;
        using Generator generator = new(seed);
        TrainingLoop.Run(task.Classifier, task.Rows, loss, copy, generator);
        return epochs;
    }

    private sealed class AfterEpoch(Action<TrainingProgress> act) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => act(value);
    }
}
