using Microsoft.ML.Adversarial.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training;

[TestClass]
public sealed class WeightAverageTests
{
    [TestMethod]
    public void TheAverageOverTheStepsIsKept()
    {
        using TrainingTask task = new();
        List<double> seen = [];
        ScriptedLoss watching = new((_, step) =>
        {
            seen.Add(FirstWeight(task));
            return new CrossEntropyLoss().Evaluate(step);
        });
        double start = FirstWeight(task);

        task.Run(new() { Epochs = 2, BatchSize = 40, ValidationFraction = 0, WeightAveraging = 0.5, LearningRate = 0.05 }, watching);

        // The weights after the last step are not seen, so that the average gives them away.
        double average = start;
        for (int step = 1; step < seen.Count; step++)
        {
            double keep = Math.Min(0.5, (1.0 + step) / (10 + step));
            average = (keep * average) + ((1 - keep) * seen[step]);
        }

        double last = Math.Min(0.5, (1.0 + seen.Count) / (10 + seen.Count));
        double final = (FirstWeight(task) - (last * average)) / (1 - last);
        Assert.AreEqual(12, seen.Count);
        Assert.IsLessThan(0.11, Math.Abs(final - seen[^1]), "a step of Adam is at most a rate or two long");
        Assert.AreNotEqual(seen[^1], FirstWeight(task), 1e-6);
    }

    [TestMethod]
    public void TrainingItselfDoesNotSeeTheAverage()
    {
        using TrainingTask with = new();
        using TrainingTask without = new();
        CollectionAssert.AreEqual(Losses(with, 0.9), Losses(without, 0));

        static double[] Losses(TrainingTask task, double decay) =>
            [.. task.Run(new() { Epochs = 4, BatchSize = 40, ValidationFraction = 0, WeightAveraging = decay }).Select(report => report.TrainingLoss)];
    }

    private static double FirstWeight(TrainingTask task)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        return task.Network.Module.parameters().First().detach().flatten()[0].item<float>();
    }
}
