using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Adversarial.Training.Callbacks;
using Microsoft.ML.Adversarial.Training.Losses;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Adversarial.Trainers;

/// <summary>Callbacks are an option of every trainer.</summary>
[TestClass]
public sealed class TrainingCallbackTests
{
    private readonly MLContext _ml = new(seed: 1);

    private static IEnumerable<object[]> Trainers()
    {
        static object[] Row(string name, string told, Func<MLContext, ITrainingCallback[], IEstimator<ITransformer>> trainer) => [name, told, trainer];
        return
        [
            Row("NeuralNetwork", "2", (ml, callbacks) =>
            {
                var options = Fruit.Options(epochs: 2);
                options.Callbacks = callbacks;
                return ml.MulticlassClassification.Trainers.NeuralNetwork(options);
            }),
            Row("Binary", "2", (ml, callbacks) =>
            {
                var options = Fruit.BinaryOptions(epochs: 2);
                options.Callbacks = callbacks;
                return ml.BinaryClassification.Trainers.NeuralNetwork(options);
            }),
            Row("Adversarial loss", "2", (ml, callbacks) =>
            {
                var options = Fruit.Options(epochs: 2);
                (options.Loss, options.Callbacks) = (new AdversarialCrossEntropyLoss(Norm.LInfinity, 0.1), callbacks);
                return ml.MulticlassClassification.Trainers.NeuralNetwork(options);
            }),
            Row("DefensiveDistillation", "shared 1, teacher 2, 2", (ml, callbacks) => ml.MulticlassClassification.Trainers.DefensiveDistillation(
                new DefensiveDistillationTrainer.Options
                {
                    Network = Fruit.Network, Epochs = 2, SharedEpochs = 1, BatchSize = 32, Callbacks = callbacks,
                })),
        ];
    }

    [TestMethod]
    [DynamicData(nameof(Trainers))]
    public void Every_trainer_tells_them_of_all_its_trainings(
        string name, string told, Func<MLContext, ITrainingCallback[], IEstimator<ITransformer>> trainer)
    {
        var counting = new Counter();
        trainer(_ml, [counting]).Fit(Fruit.LoadLabelled(_ml, 90, seed: 1));
        Assert.AreEqual(told, string.Join(", ", counting.Told), name);
    }

    [TestMethod]
    public void What_they_throw_is_a_warning_in_the_log()
    {
        var warnings = new List<string>();
        var lines = 0;
        _ml.Log += (_, log) =>
        {
            if (log.Kind == ChannelMessageKind.Warning)
                warnings.Add(log.Message);
            lines += log.Message.Contains(" of 2: loss ") ? 1 : 0;
        };
        var options = Fruit.Options(epochs: 2);
        options.Callbacks = [new Failing(epoch: 2)];

        _ml.MulticlassClassification.Trainers.NeuralNetwork(options).Fit(Fruit.LoadLabelled(_ml, 90, seed: 1));

        Assert.HasCount(2, warnings);
        Assert.EndsWith("Epoch 2: Callback Failing failed in EpochEnded: InvalidOperationException: Out of paper.", warnings[0]);
        Assert.EndsWith("After training: Callback Failing failed in TrainingEnded: InvalidOperationException: Out of ink.", warnings[1]);
        Assert.AreEqual(2, lines);
    }

    [TestMethod]
    public void What_they_throw_ends_training_where_that_is_asked()
    {
        var options = Fruit.Options(epochs: 2);
        options.Callbacks = [new Failing(epoch: 1)];
        options.RethrowCallbackExceptions = true;
        var trainer = _ml.MulticlassClassification.Trainers.NeuralNetwork(options);
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => trainer.Fit(Fruit.LoadLabelled(_ml, 90, seed: 1)));
        Assert.AreEqual("Out of paper.", error.Message);
    }

    [TestMethod]
    public void A_list_with_a_hole_is_refused_at_once()
    {
        var options = Fruit.Options();
        options.Callbacks = [null!];
        Failures.Require<ArgumentOutOfRangeException>(() => _ml.MulticlassClassification.Trainers.NeuralNetwork(options), "Callbacks");
    }

    private sealed class Counter : ITrainingCallback
    {
        public List<string> Told { get; } = [];

        public void TrainingEnded(TrainingRun run) => Told.Add($"{run.Stage} {run.EpochsDone}".Trim());
    }

    private sealed class Failing(int epoch) : ITrainingCallback
    {
        public void EpochEnded(TrainingRun run, TrainingEpoch ended)
        {
            if (ended.Progress.Epoch == epoch)
                throw new InvalidOperationException("Out of paper.");
        }

        public void TrainingEnded(TrainingRun run) => throw new InvalidOperationException("Out of ink.");
    }
}
