using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training;

[TestClass]
public sealed class AdamStepTests
{
    private const int Steps = 20;

    // Lengths that fill no vector, some, and some with a rest.
    [TestMethod]
    [DataRow(OptimizerKind.Adam, 0.0)]
    [DataRow(OptimizerKind.Adam, 0.1)]
    [DataRow(OptimizerKind.AdamW, 0.0)]
    [DataRow(OptimizerKind.AdamW, 0.1)]
    public void ItGoesWhereTheFrameworkGoes(OptimizerKind kind, double weightDecay)
    {
        using var scope = NewDisposeScope();
        var (ours, theirs) = (Weights(ScalarType.Float32), Weights(ScalarType.Float32));
        using var expected = Optimizer(kind, theirs, weightDecay);
        using var state = Optimizer(kind, ours, weightDecay);
        AdamStep step = new(weightDecay, kind is OptimizerKind.AdamW);

        for (var index = 0; index < Steps; index++)
        {
            var rate = 0.01 / (index + 1);
            SetGradients(ours, index);
            SetGradients(theirs, index);
            SetRate(expected, rate);
            SetRate(state, rate);
            expected.step();
            if (index == 0)
            {
                state.step();
            }
            else
            {
                Assert.IsTrue(step.TryTake(ours, [.. state.state_dict().State], rate));
            }

            foreach (var (one, other) in ours.Zip(theirs))
            {
                Assert.IsTrue(one.allclose(other, rtol: 2e-6, atol: 1e-8), $"step {index}");
            }
        }
    }

    [TestMethod]
    public void WeightsWithoutGradientsStayAndOtherTypesAreLeftToTheFramework()
    {
        using var scope = NewDisposeScope();
        var weights = Weights(ScalarType.Float32);
        using var optimizer = Optimizer(OptimizerKind.Adam, weights, 0);
        SetGradients(weights, 0);
        optimizer.step();
        weights[1].grad = null;
        var before = weights.Select(weight => weight.detach().clone()).ToArray();

        Assert.IsTrue(new AdamStep(0, IsDecoupled: false).TryTake(weights, [.. optimizer.state_dict().State], 0.01));

        Assert.IsFalse(weights[0].equal(before[0]).all().item<bool>());
        Assert.IsTrue(weights[1].equal(before[1]).all().item<bool>());

        var doubles = Weights(ScalarType.Float64);
        using var precise = Optimizer(OptimizerKind.Adam, doubles, 0);
        SetGradients(doubles, 0);
        precise.step();
        var kept = doubles.Select(weight => weight.detach().clone()).ToArray();
        Assert.IsFalse(new AdamStep(0, IsDecoupled: false).TryTake(doubles, [.. precise.state_dict().State], 0.01));
        Assert.IsTrue(doubles.Zip(kept).All(pair => pair.First.equal(pair.Second).all().item<bool>()));
    }

    private static Parameter[] Weights(ScalarType type)
    {
        using var generator = new Generator(5);
        return [.. new long[] { 3, 64, 117 }.Select(count => new Parameter(rand(count, generator: generator).to(type)))];
    }

    private static void SetGradients(Parameter[] weights, int step)
    {
        using var generator = new Generator((ulong)(100 + step));
        foreach (var weight in weights)
        {
            weight.grad = (rand(weight.shape[0], generator: generator) - 0.4).to(weight.dtype);
        }
    }

    private static OptimizerHelper Optimizer(OptimizerKind kind, Parameter[] weights, double decay) => (OptimizerHelper)(kind is OptimizerKind.AdamW
        ? optim.AdamW(weights, 0.01, weight_decay: decay)
        : (optim.Optimizer)optim.Adam(weights, 0.01, weight_decay: decay));

    private static void SetRate(OptimizerHelper optimizer, double rate)
    {
        foreach (var group in optimizer.ParamGroups)
        {
            group.LearningRate = rate;
        }
    }
}
