using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Training;
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
