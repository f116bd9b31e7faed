using System.Globalization;
using System.Text.Json;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Training.Losses;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training.Callbacks;

[TestClass]
public sealed class MetricsFileTests
{
    private const string Header = "Epoch,TrainingLoss,ValidationLoss,ValidationAccuracy,RobustAccuracy,IsBest,LearningRate,Seconds";

    private readonly CallbackFolder folder = new();

    private string Csv => folder["metrics.csv"];

    private string Json => folder["metrics.jsonl"];

    [TestCleanup]
    public void DeleteFolder() => folder.Dispose();

    [TestMethod]
    public void EveryEpochIsALineWithItsMetricsWhereverOneLives()
    {
        List<int> linesSeen = [];
        List<TrainingEpoch> epochs = [];
        ScriptedCallback reader = new()
        {
            AtEpochEnd = (_, epoch) =>
            {
                epochs.Add(epoch);
                linesSeen.Add(File.ReadAllLines(Csv).Length);
                linesSeen.Add(File.ReadAllLines(Json).Length);
            },
        };
        CultureInfo culture = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = new("de-DE");
        try
        {
            folder.Task.Run(
                new() { Epochs = 3, BatchSize = 72, Callbacks = [new CsvMetricsCallback(Csv), new JsonLinesMetricsCallback(Json), reader] },
                new AdversarialCrossEntropyLoss(Norm.LInfinity, 0.3));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }

        CollectionAssert.AreEqual(new[] { 2, 1, 3, 2, 4, 3 }, linesSeen);
        string[] lines = File.ReadAllLines(Csv);
        Assert.AreEqual(Header, lines[0]);
        foreach ((TrainingEpoch epoch, string line, string json) in epochs.Zip(lines[1..], File.ReadAllLines(Json)))
        {
            TrainingProgress progress = epoch.Progress;
            string[] cells = line.Split(',');
            double[] expected =
            [
                progress.Epoch, progress.TrainingLoss, progress.ValidationLoss!.Value, progress.ValidationAccuracy!.Value,
                progress.RobustAccuracy!.Value, epoch.LearningRate, epoch.Duration.TotalSeconds,
            ];
            CollectionAssert.AreEqual(
                expected, cells.Where((_, column) => column != 5).Select(cell => double.Parse(cell, CultureInfo.InvariantCulture)).ToArray());
            Assert.AreEqual(progress.IsBest ? "true" : "false", cells[5]);

            using JsonDocument document = JsonDocument.Parse(json);
            CollectionAssert.AreEqual(
                Header.Split(',').Select(name => char.ToLowerInvariant(name[0]) + name[1..]).ToArray(),
                document.RootElement.EnumerateObject().Select(property => property.Name).ToArray());
            CollectionAssert.AreEqual(cells, document.RootElement.EnumerateObject().Select(property => property.Value.GetRawText()).ToArray());
        }
    }

    [TestMethod]
    public void WhatIsNotMeasuredIsEmptyOrNull()
    {
        folder.Task.Run(
            new()
            {
                Epochs = 1, ValidationFraction = 0, Schedule = LearningRateSchedule.Constant,
                Callbacks = [new CsvMetricsCallback(Csv), new JsonLinesMetricsCallback(Json)],
            });
        Assert.Contains(",,,,true,0.001,", File.ReadAllLines(Csv)[1]);
        Assert.Contains("\"validationLoss\":null,\"validationAccuracy\":null,\"robustAccuracy\":null,\"isBest\":true,", File.ReadAllText(Json));
    }

    [TestMethod]
    public void ATrainingThatContinuesAddsToTheFileAndOthersReplaceIt()
    {
        TrainingOptions options = new()
        {
            Epochs = 5, BatchSize = 72, Callbacks = [new CsvMetricsCallback(Csv), new JsonLinesMetricsCallback(Json)],
        };
        folder.RunInTwo(options, stop: 3);
        string[] epochs = ["Epoch", "1", "2", "3", "4", "5"];
        CollectionAssert.AreEqual(epochs, File.ReadAllLines(Csv).Select(line => line.Split(',')[0]).ToArray());
        CollectionAssert.AreEqual(
            epochs[1..].Select(epoch => "{\"epoch\":" + epoch).ToArray(), File.ReadAllLines(Json).Select(line => line.Split(',')[0]).ToArray());

        using TrainingTask other = new();
        options.CheckpointPath = null;
        options.Epochs = 1;
        other.Run(options);
        Assert.HasCount(2, File.ReadAllLines(Csv));
        Assert.HasCount(1, File.ReadAllLines(Json));
    }

    [TestMethod]
    public void AFileThatCannotBeWrittenIsAnErrorAtTheStart()
    {
        string missing = folder[Path.Combine("missing", "metrics")];
        foreach (ITrainingCallback callback in new ITrainingCallback[] { new CsvMetricsCallback(missing), new JsonLinesMetricsCallback(missing) })
        {
            byte[] before = folder.Task.Weights();
            var e = Assert.ThrowsExactly<IOException>(() => folder.Task.Run(new() { RethrowCallbackExceptions = true, Callbacks = [callback] }));
            Assert.StartsWith($"'{missing}': expected to write a line per epoch, got: ", e.Message);
            CollectionAssert.AreEqual(before, folder.Task.Weights());

            using TrainingTask task = new();
            List<TrainingProgress> reports = task.Run(new() { Epochs = 2, Callbacks = [callback] });
            Assert.Contains($"Callback {callback.GetType().Name} failed in TrainingStarted: IOException: '{missing}'", reports[0].Warning!);
            Assert.IsNull(reports[1].Warning);
        }
    }

    [TestMethod]
    public void AStageHasAFileOfItsOwn()
    {
        using Generator generator = new(1);
        TrainingOptions options = new() { Epochs = 1, Callbacks = [new CsvMetricsCallback(Csv), new TensorBoardCallback(folder["board"])] };
        TrainingLoop.Run(folder.Task.Classifier, folder.Task.Rows, new CrossEntropyLoss(), options.Stage("teacher"), generator);
        Assert.IsTrue(File.Exists(folder["metrics.teacher.csv"]));
        Assert.IsFalse(File.Exists(Csv));
        Assert.HasCount(1, Directory.GetFiles(folder[Path.Combine("board", "teacher")]));
    }
}
