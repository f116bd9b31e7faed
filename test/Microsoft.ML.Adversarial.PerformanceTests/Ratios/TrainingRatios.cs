using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Training;
using Microsoft.ML.Adversarial.Training.Callbacks;
using Microsoft.ML.Adversarial.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.PerformanceTests.Ratios;

/// <summary>
/// Adversarial training with PGD-k over k plain passes with respect to the inputs and one with respect to the parameters, per batch. What
/// the optimiser takes on top is measured by itself: ordinary training over its passes.
/// </summary>
internal static class TrainingRatios
{
    private const int Batches = 32;
    private const int Turns = 7;

    public static IEnumerable<Ratio> Measure()
    {
        foreach (var subject in Subject.Golden())
        {
            yield return new($"Training / its passes, {subject.Name}", Measure(subject, new CrossEntropyLoss(), steps: 0), double.PositiveInfinity);
            foreach (var steps in new[] { 7, 10, 40 })
            {
                var attack = new Attacks.GradientSteps.ProjectedGradientDescent(Norm.LInfinity, 0.1) { Steps = steps };
                yield return new($"PGD-{steps} training / its passes, {subject.Name}", Measure(subject, new AdversarialCrossEntropyLoss(attack) { WarmUp = 0 }, steps), 1.15);
            }

            yield return new($"Training with pictures of confusing logits / without, {subject.Name}", MeasurePictures(subject), 1.02);
        }
    }

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

    private static double Measure(Subject subject, TrainingLoss loss, int steps)
    {
        var options = new TrainingOptions { Epochs = 1, BatchSize = Subject.Rows, ValidationFraction = 0, LearningRate = 1e-9 };
        using var scope = NewDisposeScope();
        var rows = new TrainingRows(subject.Inputs.repeat(Batches, 1, 1, 1), subject.Labels.repeat(Batches));
        using var generator = new Generator(1);
        return Pairing.Measure(
            () => TrainingLoop.Run(subject.Classifier, rows, loss, options, generator),
            () =>
            {
                for (var batch = 0; batch < Batches; batch++)
                {
                    for (var step = 0; step < steps; step++)
                    {
                        subject.InputPass();
                    }

                    subject.ParameterPass();
                }
            },
            Turns);
    }
}
