using Microsoft.ML.Adversarial.Persistence;
using Microsoft.ML.Adversarial.Training.Callbacks;

namespace Microsoft.ML.Adversarial.Trainers;

[TestClass]
public sealed class KilledTrainingTests
{
    private static readonly Lazy<byte[]> Uninterrupted = new(() => CheckpointedFruit.Train(null));

    [TestMethod]
    [DataRow("batch", 1, 1)]
    [DataRow("batch", (2 * CheckpointedFruit.BatchesPerEpoch) + 3, 3)]
    [DataRow("batch", (3 * CheckpointedFruit.BatchesPerEpoch) + 1, 4)]
    [DataRow("epoch", 1, 1)]
    [DataRow("epoch", CheckpointedFruit.Epochs, CheckpointedFruit.Epochs)]
    public void TheEpochThatWasUnderWayIsTrainedAgain(string moment, int number, int epoch)
    {
        var epochs = TrainedAgain(moment, number);
        CollectionAssert.AreEqual(Enumerable.Range(epoch, CheckpointedFruit.Epochs - epoch + 1).ToArray(), epochs);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(4)]
    public void ACheckpointHalfWrittenIsNone(int number)
    {
        // Whether the new one or the one before is complete is chance.
        var epochs = TrainedAgain("file", number);
        Assert.IsTrue(epochs[0] == number || epochs[0] == number - 1, $"{epochs[0]}");
    }

    // The epochs that are trained here after another process was killed.
    private static int[] TrainedAgain(string moment, int number)
    {
        using var folder = new TemporaryFolder();
        Assert.AreNotEqual(0, FreshProcess.RunTrainingUntilKilled(folder.FullName, moment, number));
        var epochs = new EpochNumbers();
        CollectionAssert.AreEqual(Uninterrupted.Value, CheckpointedFruit.Train(folder.File("checkpoint"), epochs));
        return [.. epochs.Started];
    }

    private sealed class EpochNumbers : ITrainingCallback
    {
        public List<int> Started { get; } = [];

        public void EpochStarted(TrainingRun run, int epoch) => Started.Add(epoch);
    }
}
