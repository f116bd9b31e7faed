using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Networks.Layers;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Adversarial.Training.Losses;
using Microsoft.ML.Adversarial.Training.Sharpness;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training;

[TestClass]
public sealed class WeightPerturbationTests
{
    private readonly DisposeScope scope = torch.NewDisposeScope();
    private readonly Tensor[] weights = [TestNetworks.Normal([5, 3]), TestNetworks.Normal([5], seed: 2)];
    private readonly Tensor[] gradients = [TestNetworks.Normal([5, 3], seed: 3), TestNetworks.Normal([5], seed: 4)];

    [TestCleanup]
    public void Free() => scope.Dispose();

    public static IEnumerable<object[]> All =>
    [
        [new SharpnessAwareMinimization()], [new FisherSharpnessAwareMinimization()], [new AdversarialWeightPerturbation()],
    ];

    [TestMethod]
    public void SharpnessAwareMinimizationIsAlongTheGradient()
    {
        double length = Math.Sqrt(Flat(gradients).Sum(g => g * g));
        AssertNear(Flat(gradients).Select(g => 0.3 * g / length), new SharpnessAwareMinimization { Radius = 0.3 });
    }

    [TestMethod]
    [DataRow(0.1, 1.0)]
    [DataRow(0.7, 0.2)]
    [DataRow(0.05, 30.0)]
    public void FisherSharpnessAwareMinimizationIsThePapersFormula(double radius, double eta)
    {
        double[] natural = [.. Flat(gradients).Select(g => g / (1 + (eta * g * g)))];
        double product = Flat(gradients).Zip(natural, (g, n) => g * n).Sum();
        AssertNear(natural.Select(n => radius * n / Math.Sqrt(product)), new FisherSharpnessAwareMinimization { Radius = radius, Eta = eta });
    }

    [TestMethod]
    public void WithoutFisherInformationItIsSharpnessAwareMinimization()
    {
        var fisher = new FisherSharpnessAwareMinimization { Radius = 0.2, Eta = 0 }.Displacements(weights, gradients);
        AssertNear(Flat(fisher), new SharpnessAwareMinimization { Radius = 0.2 });
    }

    [TestMethod]
    public void AdversarialWeightPerturbationIsRelativeToEachMatrixAndLeavesBiases()
    {
        double weight = Math.Sqrt(Flat([weights[0]]).Sum(w => w * w));
        double gradient = Math.Sqrt(Flat([gradients[0]]).Sum(g => g * g));
        AssertNear(
            [.. Flat([gradients[0]]).Select(g => 0.02 * weight * g / gradient), .. Enumerable.Repeat(0.0, 5)],
            new AdversarialWeightPerturbation { Size = 0.02 });
    }

    [TestMethod]
    [DynamicData(nameof(All))]
    public void AGradientOfZerosMovesNothing(WeightPerturbation perturbation)
    {
        var displacements = perturbation.Displacements(weights, [.. gradients.Select(gradient => torch.zeros_like(gradient))]);
        Assert.IsTrue(Flat(displacements).All(value => value == 0));
    }

    [TestMethod]
    [DynamicData(nameof(All))]
    public void AStepTakesTheGradientNearbyFromWhereTheWeightsAre(WeightPerturbation perturbation)
    {
        // One step of plain descent by the training loop, and the same by hand.
        NetworkDefinition definition = new() { InputShape = [2], ClassCount = 3, Layers = [new LinearLayer(8), new TanhLayer(), new LinearLayer()] };
        using TrainingTask task = new(30, definition);
        using Network hand = task.Network.Clone();
        task.Run(
            new()
            {
                Optimizer = OptimizerKind.Sgd, Momentum = 0, LearningRate = 0.5, Schedule = LearningRateSchedule.Constant, Epochs = 1, BatchSize = 30,
                ValidationFraction = 0, WeightPerturbation = perturbation,
            });

        Tensor[] parameters = [.. hand.Module.parameters()];
        Tensor[] start = [.. parameters.Select(parameter => parameter.detach().clone())];
        var displacements = perturbation.Displacements(start, Gradients(hand, task.Rows));
        using (torch.no_grad())
        {
            foreach ((Tensor parameter, Tensor displacement) in parameters.Zip(displacements))
            {
                parameter.add_(displacement);
            }
        }

        Tensor[] nearby = Gradients(hand, task.Rows);
        double[] expected = Flat(start.Zip(nearby, (w, g) => w - (g * 0.5)));
        double[] actual = Flat(task.Network.Module.parameters());
        Assert.IsLessThan(1e-6, expected.Zip(actual, (one, other) => Math.Abs(one - other)).Max());
        Assert.IsGreaterThan(1e-5, actual.Zip(Flat(start.Zip(Gradients(task.Network, task.Rows), (w, _) => w)), (one, other) => Math.Abs(one - other)).Max());
    }

    [TestMethod]
    public void SettingsOutOfRangeAreErrors()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new SharpnessAwareMinimization { Radius = 0 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new FisherSharpnessAwareMinimization { Radius = double.NaN });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new FisherSharpnessAwareMinimization { Eta = -1 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new AdversarialWeightPerturbation { Size = 0 });
    }

    private static Tensor[] Gradients(Network network, TrainingRows rows)
    {
        network.Module.zero_grad();
        nn.functional.cross_entropy(network.Module.call(rows.Inputs), rows.Labels).backward();
        return [.. network.Module.parameters().Select(parameter => parameter.grad!.clone())];
    }

    private static double[] Flat(IEnumerable<Tensor> tensors) =>
        [.. tensors.SelectMany(tensor => tensor.detach().to(ScalarType.Float64).contiguous().data<double>().ToArray())];

    private void AssertNear(IEnumerable<double> expected, WeightPerturbation perturbation)
    {
        double[] actual = Flat(perturbation.Displacements(weights, gradients));
        Assert.IsLessThan(1e-9, expected.Zip(actual, (one, other) => Math.Abs(one - other)).Max());
    }
}
