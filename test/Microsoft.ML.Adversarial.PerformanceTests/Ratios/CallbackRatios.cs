using Microsoft.ML.Adversarial.Training;
using Microsoft.ML.Adversarial.Training.Callbacks;
using Microsoft.ML.Adversarial.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.PerformanceTests.Ratios;

/// <summary>Training with a callback at its default interval over training without.</summary>
internal static class CallbackRatios
{
    private const int Turns = 7;

    public static IEnumerable<Ratio> Measure() =>
        Subject.Golden().Select(subject => new Ratio($"Training with pictures of confusing logits / without, {subject.Name}", MeasurePictures(subject), 1.02));

    // As many batches as there are from one look to the next, which finds something.
    private static double MeasurePictures(Subject subject)
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var pictures = new ConfusingLogitsCallback(folder.FullName)
            {
                Confusion = new() { MinimumLogit = double.NegativeInfinity, MaximumLogitDifference = double.PositiveInfinity },
            };
            using var scope = NewDisposeScope();
            var batches = pictures.EveryBatches;
            var rows = new TrainingRows(subject.Inputs.repeat(batches, 1, 1, 1), subject.Labels.repeat(batches));
            using var generator = new Generator(1);
            return Pairing.Measure(() => Train([pictures]), () => Train([]), Turns);

            void Train(IReadOnlyList<ITrainingCallback> callbacks) => TrainingLoop.Run(
                subject.Classifier, rows, new CrossEntropyLoss(),
                new() { Epochs = 1, BatchSize = Subject.Rows, ValidationFraction = 0, LearningRate = 1e-9, Callbacks = callbacks, RethrowCallbackExceptions = true }, generator);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
