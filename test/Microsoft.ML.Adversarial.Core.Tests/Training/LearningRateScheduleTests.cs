using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training;

[TestClass]
public sealed class LearningRateScheduleTests
{
    [TestMethod]
    public void FactorsAreThoseOfThePapers()
    {
        AssertFactors(LearningRateSchedule.Constant, (0, 1), (0.5, 1), (0.99, 1));
        AssertFactors(LearningRateSchedule.Linear, (0, 1), (0.25, 0.75), (1, 0));
        AssertFactors(LearningRateSchedule.ConstantThenLinear, (0, 1), (0.25, 1), (0.5, 1), (0.75, 0.5), (1, 0));
        AssertFactors(LearningRateSchedule.Cosine, (0, 1), (1 / 3.0, 0.75), (0.5, 0.5), (2 / 3.0, 0.25), (1, 0));
        AssertFactors(LearningRateSchedule.OneCycle, (0, 0.04), (0.15, 0.52), (0.3, 1), (0.65, 0.5), (1, 0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ((LearningRateSchedule)9).Factor(0));
    }

    [TestMethod]
    public void OneCycleRisesThenFallsWithoutAJump()
    {
        double[] factors = [.. Enumerable.Range(0, 1000).Select(step => LearningRateSchedule.OneCycle.Factor(step / 1000.0))];
        int top = Array.IndexOf(factors, factors.Max());
        Assert.AreEqual(300, top, 1);
        CollectionAssert.AreEqual(factors[..top].Order().ToArray(), factors[..top]);
        CollectionAssert.AreEqual(factors[top..].OrderDescending().ToArray(), factors[top..]);
        Assert.IsLessThan(0.01, factors.Zip(factors.Skip(1), (one, next) => Math.Abs(one - next)).Max());
    }

    [TestMethod]
    [DataRow(LearningRateSchedule.Constant)]
    [DataRow(LearningRateSchedule.Linear)]
    [DataRow(LearningRateSchedule.ConstantThenLinear)]
    [DataRow(LearningRateSchedule.Cosine)]
    [DataRow(LearningRateSchedule.OneCycle)]
    public void EveryStepTakesItsRate(LearningRateSchedule schedule)
    {
        // Plain descent on the sum of a bias: each step lowers it by the rate.
        using TrainingTask task = new();
        List<double> biases = [];
        ScriptedLoss sum = new((_, step) =>
        {
            Tensor bias = step.Classifier.Module.parameters().Last();
            biases.Add(bias[0].to(ScalarType.Float64).item<double>());
            return bias.sum();
        });

        task.Run(
            new()
            {
                Optimizer = OptimizerKind.Sgd, Momentum = 0, LearningRate = 0.5, Schedule = schedule,
                ValidationFraction = 0, BatchSize = 60, Epochs = 3,
            },
            sum);

        Assert.HasCount(12, biases);
        for (int step = 0; step < 11; step++)
        {
            Assert.AreEqual(0.5 * schedule.Factor(step / 12.0), biases[step] - biases[step + 1], 1e-6, $"step {step}");
        }
    }

    private static void AssertFactors(LearningRateSchedule schedule, params (double Done, double Factor)[] expected)
    {
        foreach ((double done, double factor) in expected)
        {
            Assert.AreEqual(factor, schedule.Factor(done), 1e-12, $"{schedule} at {done}");
        }
    }
}
