using Microsoft.ML.Adversarial.Classifiers;

namespace Microsoft.ML.Adversarial.Training.Callbacks;

[TestClass]
public sealed class EarlyStoppingCallbackTests
{
    [TestMethod]
    [DataRow(TrainingMetric.ValidationLoss, 2, 0.0, new[] { 5, 4, 4, 4.5, 3 }, 4)]
    [DataRow(TrainingMetric.ValidationLoss, 2, 0.0, new[] { 5, 4, 4, 3.9, 3, 3, 3 }, 7)]
    [DataRow(TrainingMetric.ValidationLoss, 1, 0.5, new[] { 5, 4.4, 4.0 }, 3)]
    [DataRow(TrainingMetric.ValidationLoss, 1, 0.5, new[] { 5, 4.5 }, 2)]
    [DataRow(TrainingMetric.TrainingLoss, 1, 0.0, new[] { 3, 2, 2.5 }, 3)]
    [DataRow(TrainingMetric.TrainingLoss, 2, 0.0, new[] { 3, double.NaN, double.PositiveInfinity }, 3)]
    [DataRow(TrainingMetric.ValidationAccuracy, 1, 0.0, new[] { 0.5, 0.6, 0.6 }, 3)]
    [DataRow(TrainingMetric.ValidationAccuracy, 1, 0.0, new[] { 0.5, 0.6, 0.7, 0.8 }, null)]
    [DataRow(TrainingMetric.RobustAccuracy, 3, 0.01, new[] { 0.2, 0.205, 0.209, 0.21, 0.5 }, 4)]
    public void ItStopsAtTheEpochAtWhichPatienceIsOver(TrainingMetric metric, int patience, double improvement, double[] values, int? expected)
    {
        EarlyStoppingCallback stopping = new() { Metric = metric, Patience = patience, MinimumImprovement = improvement };
        using TrainingTask task = new();

        // The second training starts anew.
        Assert.AreEqual(expected, StoppedAt(stopping, metric, values, task.Classifier));
        Assert.AreEqual(expected, StoppedAt(stopping, metric, values, task.Classifier));
    }

    [TestMethod]
    public void ATrainingThatNoLongerLearnsIsStopped()
    {
        using TrainingTask task = new();
        List<TrainingProgress> reports = task.Run(
            new()
            {
                Epochs = 200, BatchSize = 32, Patience = 200,
                Callbacks = [new EarlyStoppingCallback { Metric = TrainingMetric.ValidationAccuracy, Patience = 3 }],
            });
        double best = reports.Max(report => report.ValidationAccuracy!.Value);
        Assert.AreEqual(reports.FindIndex(report => report.ValidationAccuracy == best) + 1 + 3, reports.Count);
        Assert.IsLessThan(200, reports.Count);
    }

    [TestMethod]
    [DataRow(TrainingMetric.ValidationLoss, "Expected a validation loss to stop early by, got none. Set ValidationFraction above 0, or")]
    [DataRow(TrainingMetric.ValidationAccuracy, "Expected a validation accuracy to stop early by, got none. Set ValidationFraction above 0, or")]
    [DataRow(TrainingMetric.RobustAccuracy, "Expected a robust accuracy to stop early by, got none. Set ValidationFraction above 0, train with an")]
    public void AMetricThatIsMissingIsAnError(TrainingMetric metric, string message)
    {
        using TrainingTask task = new();
        var e = Assert.ThrowsExactly<InvalidOperationException>(() => task.Run(
            new() { ValidationFraction = 0, RethrowCallbackExceptions = true, Callbacks = [new EarlyStoppingCallback { Metric = metric }] }));
        Assert.StartsWith(message, e.Message);
    }

    [TestMethod]
    public void SettingsOutOfRangeAreRefused()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new EarlyStoppingCallback { Patience = 0 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new EarlyStoppingCallback { MinimumImprovement = -1 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new EarlyStoppingCallback { MinimumImprovement = double.NaN });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new EarlyStoppingCallback { Metric = (TrainingMetric)9 });
    }

    private static int? StoppedAt(EarlyStoppingCallback stopping, TrainingMetric metric, double[] values, NetworkClassifier classifier)
    {
        TrainingRun run = new(classifier, values.Length, 1);
        stopping.TrainingStarted(run);
        for (int epoch = 1; epoch <= values.Length; epoch++)
        {
            double value = values[epoch - 1];
            // The other metrics say the contrary of what the one in question says.
            TrainingProgress progress = metric switch
            {
                TrainingMetric.TrainingLoss => new(epoch, values.Length, value, -value, value, true) { RobustAccuracy = value },
                TrainingMetric.ValidationLoss => new(epoch, values.Length, -value, value, value, true) { RobustAccuracy = value },
                TrainingMetric.ValidationAccuracy => new(epoch, values.Length, value, value, value, true) { RobustAccuracy = -value },
                _ => new(epoch, values.Length, value, value, -value, true) { RobustAccuracy = value },
            };
            stopping.EpochEnded(run, new(progress, 0.1, TimeSpan.Zero));
            if (run.IsStopRequested)
            {
                return epoch;
            }
        }

        return null;
    }
}
