using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Adversarial.Training;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Trainers;

/// <summary>What a user sees of training, and how it ends early.</summary>
[TestClass]
public sealed class TrainingRunTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    [DataRow(0.0)]
    [DataRow(0.2)]
    public void The_log_gets_a_line_per_epoch(double validationFraction)
    {
        var lines = new List<string>();
        _ml.Log += (_, line) => lines.Add(line.Message);
        var options = Fruit.Options(epochs: 4);
        options.ValidationFraction = validationFraction;

        Train(options);

        var epochs = lines.Where(line => line.Contains("Epoch ")).ToArray();
        Assert.HasCount(4, epochs);
        for (var epoch = 1; epoch <= 4; epoch++)
            StringAssert.Contains(epochs[epoch - 1], $"Epoch {epoch} of 4: loss ");
        Assert.AreEqual(validationFraction > 0, epochs[0].Contains("validation accuracy"));
    }

    [TestMethod]
    public void Progress_is_told_every_epoch()
    {
        var progress = new Recorder();
        var options = Fruit.Options(epochs: 5);
        options.Progress = progress;

        Train(options);

        CollectionAssert.AreEqual(new[] { 1, 2, 3, 4, 5 }, progress.Reports.Select(report => report.Epoch).ToArray());
        Assert.IsLessThan(progress.Reports[0].TrainingLoss, progress.Reports[4].TrainingLoss);
        Assert.IsTrue(progress.Reports[0].IsBest);
        Assert.AreSame(progress, options.Progress, "the user's options are left as they were");
    }

    [TestMethod]
    public void Cancellation_keeps_the_best_so_far()
    {
        using var cancellation = new CancellationTokenSource();
        var cancelled = Fruit.Options(epochs: 50);
        cancelled.ValidationFraction = 0;
        cancelled.Schedule = LearningRateSchedule.Constant;
        cancelled.Cancellation = cancellation.Token;
        cancelled.Progress = new Recorder(report =>
        {
            if (report.Epoch == 3)
                cancellation.Cancel();
        });
        var three = Fruit.Options(epochs: 3);
        three.ValidationFraction = 0;
        three.Schedule = LearningRateSchedule.Constant;

        Cells.AreEqual(Train(new(seed: 5), three), Train(new(seed: 5), cancelled), tolerance: 0);
    }

    [TestMethod]
    public void Cancelled_before_the_first_row_there_is_nothing_to_keep()
    {
        var options = Fruit.Options();
        options.Cancellation = new CancellationToken(canceled: true);
        Assert.Throws<OperationCanceledException>(() => Train(options));
    }

    [TestMethod]
    public void Cancelling_the_context_ends_training()
    {
        var options = Fruit.Options(epochs: 50);
        var progress = new Recorder(report =>
        {
            if (report.Epoch == 3)
                _ml.CancelExecution();
        });
        options.Progress = progress;
        var trainer = _ml.MulticlassClassification.Trainers.NeuralNetwork(options);
        var data = Fruit.LoadLabelled(new MLContext(seed: 1), 90, seed: 1);

        Assert.Throws<OperationCanceledException>(() => trainer.Fit(data));
        Assert.HasCount(3, progress.Reports);
    }

    [TestMethod]
    [DynamicData(nameof(OutOfRange))]
    public void Options_out_of_range_are_refused_at_once(string field, Action<NeuralNetworkOptions> set)
    {
        var options = Fruit.Options();
        set(options);
        Failures.Require<ArgumentOutOfRangeException>(() => _ml.MulticlassClassification.Trainers.NeuralNetwork(options), field);
    }

    [TestMethod]
    public void A_column_without_a_name_is_refused_at_once()
    {
        var options = Fruit.Options();
        options.ScoreColumnName = "";
        Failures.Require<ArgumentException>(() => _ml.MulticlassClassification.Trainers.NeuralNetwork(options), "column name");
    }

    [TestMethod]
    public void A_missing_architecture_is_refused_at_once()
    {
        var options = Fruit.Options();
        options.Network = null!;
        Assert.ThrowsExactly<ArgumentNullException>(() => _ml.MulticlassClassification.Trainers.NeuralNetwork(options));
    }

    [TestMethod]
    public void A_GPU_that_is_absent_is_an_error_unless_falling_back_is_allowed()
    {
        _ml.GpuDeviceId = 0;
        _ml.FallbackToCpu = false;
        Failures.Require<InvalidOperationException>(
            () => Train(Fruit.Options(epochs: 1)), "Expected the GPU 0 that MLContext.GpuDeviceId asks for, got 0 usable",
            "MLContext.FallbackToCpu");

        _ml.FallbackToCpu = true;
        Assert.HasCount(90, Train(Fruit.Options(epochs: 1)));
    }

    private static IEnumerable<object[]> OutOfRange()
    {
        static object[] Row(string field, Action<NeuralNetworkOptions> set) => [field, set];
        return
        [
            Row("Epochs", options => options.Epochs = 0),
            Row("BatchSize", options => options.BatchSize = 0),
            Row("LearningRate", options => options.LearningRate = 0),
            Row("LearningRate", options => options.LearningRate = double.NaN),
            Row("Momentum", options => options.Momentum = 1),
            Row("WeightDecay", options => options.WeightDecay = -1),
            Row("ValidationFraction", options => options.ValidationFraction = 1),
            Row("Patience", options => options.Patience = 0),
            Row("ThreadCount", options => options.ThreadCount = -1),
            Row("Optimizer", options => options.Optimizer = (OptimizerKind)99),
            Row("Schedule", options => options.Schedule = (LearningRateSchedule)99),
            Row("ScoringBatchSize", options => options.ScoringBatchSize = 0),
            Row("ScoringBatchSize", options => options.ScoringBatchSize = int.MaxValue),
        ];
    }

    private Dictionary<DataViewRowId, float[]> Train(NeuralNetworkMulticlassTrainer.Options options) => Train(_ml, options);

    private static Dictionary<DataViewRowId, float[]> Train(MLContext ml, NeuralNetworkMulticlassTrainer.Options options)
    {
        var data = Fruit.LoadLabelled(ml, 90, seed: 1);
        return Cells.Read(ml.MulticlassClassification.Trainers.NeuralNetwork(options).Fit(data).Transform(data), "Score");
    }

    // Progress<T> reports on another thread; this one at once.
    private sealed class Recorder(Action<TrainingProgress>? then = null) : IProgress<TrainingProgress>
    {
        public List<TrainingProgress> Reports { get; } = [];

        public void Report(TrainingProgress value)
        {
            Reports.Add(value);
            then?.Invoke(value);
        }
    }
}
