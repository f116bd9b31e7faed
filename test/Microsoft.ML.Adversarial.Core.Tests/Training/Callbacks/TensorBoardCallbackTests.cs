using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Training.Losses;

namespace Microsoft.ML.Adversarial.Training.Callbacks;

[TestClass]
public sealed class TensorBoardCallbackTests
{
    private readonly CallbackFolder folder = new();

    private string Board => folder["board"];

    [TestCleanup]
    public void DeleteFolder() => folder.Dispose();

    [TestMethod]
    public void TheScalarsOfATrainingAreReadBack()
    {
        List<float> losses = [];
        List<float> rates = [];
        ScriptedCallback watching = new()
        {
            AtBatchEnd = (_, _, loss) => losses.Add((float)loss),
            AtEpochEnd = (_, epoch) => rates.Add((float)epoch.LearningRate),
        };
        List<TrainingProgress> reports = folder.Task.Run(
            new() { Epochs = 3, BatchSize = 72, Callbacks = [new TensorBoardCallback(Board) { EveryBatches = 2 }, watching] },
            new AdversarialCrossEntropyLoss(Norm.LInfinity, 0.3));

        Dictionary<string, (long Step, float Value)[]> scalars = Scalars();

        CollectionAssert.AreEquivalent(
            new[] { "Loss/Batch", "Loss/Training", "Loss/Validation", "Accuracy/Validation", "Accuracy/Robust", "LearningRate" }, scalars.Keys);
        CollectionAssert.AreEqual(new[] { (2L, losses[1]), (4L, losses[3]), (6L, losses[5]), (8L, losses[7]) }, scalars["Loss/Batch"]);
        CollectionAssert.AreEqual(PerEpoch(reports.Select(report => (float)report.TrainingLoss)), scalars["Loss/Training"]);
        CollectionAssert.AreEqual(PerEpoch(reports.Select(report => (float)report.ValidationLoss!)), scalars["Loss/Validation"]);
        CollectionAssert.AreEqual(PerEpoch(reports.Select(report => (float)report.ValidationAccuracy!)), scalars["Accuracy/Validation"]);
        CollectionAssert.AreEqual(PerEpoch(reports.Select(report => (float)report.RobustAccuracy!)), scalars["Accuracy/Robust"]);
        CollectionAssert.AreEqual(PerEpoch(rates), scalars["LearningRate"]);
    }

    [TestMethod]
    public void WallTimesAreOfTodayAndWhatIsNotMeasuredIsLeftOut()
    {
        folder.Task.Run(new() { Epochs = 1, ValidationFraction = 0, Callbacks = [new TensorBoardCallback(Board)] });
        CollectionAssert.AreEquivalent(new[] { "Loss/Training", "LearningRate" }, Scalars().Keys);
        Assert.IsTrue(TensorBoardEvents.Read(Board).Skip(1).All(other => Math.Abs(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - other.WallTime) < 3600));
    }

    [TestMethod]
    public void ATrainingThatContinuesGoesOnInTheSameFolder()
    {
        folder.RunInTwo(new() { Epochs = 4, BatchSize = 72, Callbacks = [new TensorBoardCallback(Board) { EveryBatches = 1 }] }, stop: 3);
        Assert.HasCount(2, Directory.GetFiles(Board));
        CollectionAssert.AreEqual(
            Enumerable.Range(1, 12).Select(step => (long)step).ToArray(), Steps("Loss/Batch"));
        CollectionAssert.AreEqual(new[] { 1L, 2, 3, 4 }, Steps("Loss/Training"));
    }

    [TestMethod]
    public void OtherCallbacksAddToTheSameRun()
    {
        TensorBoardCallback board = new(Board);
        Assert.ThrowsExactly<InvalidOperationException>(() => board.Writer);
        ScriptedCallback adding = new() { AtEpochEnd = (_, epoch) => board.Writer.add_scalar("Mine", 7, epoch.Progress.Epoch) };
        folder.Task.Run(new() { Epochs = 2, RethrowCallbackExceptions = true, Callbacks = [adding, board] });
        CollectionAssert.AreEqual(PerEpoch([7, 7]), Scalars()["Mine"]);
        Assert.HasCount(1, Directory.GetFiles(Board));
    }

    [TestMethod]
    public void AFolderThatCannotBeWrittenIsAnErrorAtTheStart()
    {
        File.WriteAllText(Board, "");
        TensorBoardCallback board = new(Board) { EveryBatches = 1 };
        var e = Assert.ThrowsExactly<IOException>(() => folder.Task.Run(new() { RethrowCallbackExceptions = true, Callbacks = [board] }));
        Assert.StartsWith($"'{Board}': expected a folder for TensorBoard's files, got: ", e.Message);
        List<TrainingProgress> reports = folder.Task.Run(new() { Epochs = 2, Callbacks = [board] });
        Assert.Contains("TensorBoardCallback failed in TrainingStarted", reports[0].Warning!);
        Assert.IsNull(reports[1].Warning);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new TensorBoardCallback(Board) { EveryBatches = 0 });
    }

    private static (long Step, float Value)[] PerEpoch(IEnumerable<float> values) => [.. values.Select((value, index) => (index + 1L, value))];

    private long[] Steps(string tag) => [.. Scalars()[tag].Select(scalar => scalar.Step).Distinct().Order()];

    private Dictionary<string, (long Step, float Value)[]> Scalars() => TensorBoardEvents.Read(Board)
        .Where(other => other.Summary is not null)
        .SelectMany(other => other.Summary.Value.Select(value => (value.Tag, other.Step, value.SimpleValue)))
        .GroupBy(scalar => scalar.Tag, scalar => (scalar.Step, scalar.SimpleValue))
        .ToDictionary(group => group.Key, group => group.ToArray());
}
