using Microsoft.ML.Adversarial.Certification.IntervalRules;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Fisher;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Networks.Layers;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Certification;

[TestClass]
public sealed class IntervalPropagationTests
{
    private const double Epsilon = 0.1;
    private static readonly double SinglePrecision = Math.ScaleB(1, -24);

    private static IEnumerable<object[]> Names => FisherCases.Names
        .Where(name => !FisherCases.All[(string)name[0]].Layers.Any(layer => layer is HypersphereLayer));

    private static IEnumerable<object[]> Layers => LayerCases.All
        .Where(one => one.Layer is not HypersphereLayer).Select(one => new object[] { one.Layer.Type });

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void BoundsContainTenThousandSampledOutputs(string name)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using Network network = FisherCases.Network(name);
        AssertContains(network, samples: 10_000);
    }

    [TestMethod]
    [DynamicData(nameof(Layers))]
    public void BoundsContainSampledOutputsOfEachLayer(string type)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        var (layer, input) = LayerCases.All.First(one => one.Layer.Type == type);
        using Network network = SmallNetwork.Created(LayerCases.Within(layer, input)).ToType(ScalarType.Float64);
        AssertContains(network, samples: 1_000);
    }

    [TestMethod]
    public void BoundsContainWhatSoftplusFallsByAtALowThreshold()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        NetworkDefinition definition = LayerCases.Within(new SoftplusLayer(beta: 3, threshold: 0.5), [40]);
        using Network network = SmallNetwork.Created(definition).ToType(ScalarType.Float64);
        AssertContains(network, samples: 1_000);

        // The layer alone: from below the threshold to above it.
        using var layer = nn.Softplus(3, 0.5);
        Tensor inputs = linspace(0.1, 0.3, 2_001, ScalarType.Float64).reshape(-1, 1);
        IntervalBounds bounds = new SoftplusRule(new(3, 0.5), layer).Propagate(new(inputs[0], inputs[2_000]), 0);
        Tensor outputs = layer.call(inputs);
        Assert.IsTrue(outputs.ge(bounds.Lower).logical_and(outputs.le(bounds.Upper)).all().item<bool>());
        Assert.IsGreaterThan(layer.call(inputs[2_000]).item<double>(), outputs.amax().item<double>());
    }

    [TestMethod]
    public void OneLinearLayerHasExactBounds()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using Network network = FisherCases.Network("one layer");
        Tensor inputs = TestNetworks.Uniform([3, 6], type: ScalarType.Float64);
        IntervalPropagation propagation = new(network.Module);
        IntervalBounds box = IntervalBounds.Around(inputs, Epsilon, InputBounds.Unit);
        IntervalBounds logits = propagation.Logits(box);
        Tensor labels = tensor(new long[] { 2, 0, 3 });
        Tensor worst = propagation.WorstCaseLogits(box, labels);
        double[,] weight = Matrix(network.Module.get_parameter("0.weight")!);
        for (int row = 0; row < 3; row++)
        {
            for (int output = 0; output < 4; output++)
            {
                double bias = network.Module.get_parameter("0.bias")![output].item<double>();
                int label = (int)labels[row].item<long>();
                double labelBias = network.Module.get_parameter("0.bias")![label].item<double>();
                var (lower, upper, difference) = (bias, bias, bias - labelBias);
                for (int feature = 0; feature < 6; feature++)
                {
                    double from = Math.Max(0, inputs[row, feature].item<double>() - Epsilon);
                    double to = Math.Min(1, inputs[row, feature].item<double>() + Epsilon);
                    double slope = weight[output, feature];
                    lower += slope * (slope > 0 ? from : to);
                    upper += slope * (slope > 0 ? to : from);
                    slope -= weight[label, feature];
                    difference += slope * (slope > 0 ? to : from);
                }

                Assert.AreEqual(lower, logits.Lower[row, output].item<double>(), 1e-12);
                Assert.AreEqual(upper, logits.Upper[row, output].item<double>(), 1e-12);
                Assert.AreEqual(difference, worst[row, output].item<double>(), 1e-12);
            }
        }
    }

    [TestMethod]
    public void APerceptronsBoundsAreThoseOfPlainLoops()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using Network network = FisherCases.Network("perceptron");
        Tensor inputs = TestNetworks.Uniform([2, 2, 3], type: ScalarType.Float64);
        IntervalBounds logits = new IntervalPropagation(network.Module).Logits(IntervalBounds.Around(inputs, Epsilon, InputBounds.Unbounded));
        for (int row = 0; row < 2; row++)
        {
            double[] x = [.. inputs[row].flatten().data<double>()];
            var (lower, upper) = (x.Select(value => value - Epsilon).ToArray(), x.Select(value => value + Epsilon).ToArray());
            foreach (string layer in new[] { "1", "3", "5" })
            {
                (lower, upper) = Through(
                    Matrix(network.Module.get_parameter(layer + ".weight")!), network.Module.get_parameter(layer + ".bias"), lower, upper);
                if (layer != "5")
                {
                    (lower, upper) = ([.. lower.Select(value => Math.Max(0, value))], [.. upper.Select(value => Math.Max(0, value))]);
                }
            }

            for (int output = 0; output < 5; output++)
            {
                Assert.AreEqual(lower[output], logits.Lower[row, output].item<double>(), 1e-12);
                Assert.AreEqual(upper[output], logits.Upper[row, output].item<double>(), 1e-12);
            }
        }
    }

    [TestMethod]
    public void MergingTheLastLayerIsNeverWorseAndMostlyTighter()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using Network network = FisherCases.Network("convolutions");
        Tensor inputs = TestNetworks.Uniform([20, 3, 9, 8], type: ScalarType.Float64);
        Tensor labels = TestNetworks.Classes(20, 4);
        IntervalPropagation propagation = new(network.Module);
        IntervalBounds box = IntervalBounds.Around(inputs, 0.02, InputBounds.Unit);
        Tensor merged = propagation.WorstCaseLogits(box, labels);
        IntervalBounds logits = propagation.Logits(box);
        Tensor apart = logits.Upper - logits.Lower.gather(1, labels.unsqueeze(1));
        Assert.IsTrue(merged.le(apart + 1e-12).all().item<bool>());
        Assert.IsGreaterThan(40, merged.lt(0.9 * apart).sum().item<long>());
        Assert.AreEqual(0, merged.gather(1, labels.unsqueeze(1)).abs().amax().item<double>());
    }

    [TestMethod]
    [DataRow("perceptron")]
    [DataRow("batch norm of maps")]
    [DataRow("residual blocks")]
    [DataRow("SiLU")]
    public void BoundsAreDifferentiableInTheParameters(string name)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using Network network = FisherCases.Network(name);
        Tensor inputs = TestNetworks.Uniform([4, .. network.InputShape], type: ScalarType.Float64);
        Tensor labels = TestNetworks.Classes(4, network.ClassCount);
        IntervalPropagation propagation = new(network.Module);
        network.Module.train();
        IntervalBounds box = IntervalBounds.Around(inputs, 0.03, InputBounds.Unit);
        Tensor Loss() => nn.functional.cross_entropy(propagation.WorstCaseLogits(box, labels), labels);
        Loss().backward();

        using IDisposable frozen = torch.no_grad();
        foreach (var (parameterName, parameter) in network.Module.named_parameters())
        {
            Tensor direction = TestNetworks.Normal(parameter.shape, seed: 7);
            const double step = 1e-6;
            parameter.add_(direction * step);
            double above = Loss().item<double>();
            parameter.sub_(direction * (2 * step));
            double below = Loss().item<double>();
            parameter.add_(direction * step);
            double expected = (above - below) / (2 * step);
            double actual = (parameter.grad! * direction).sum().item<double>();
            Assert.AreEqual(expected, actual, 1e-5 * (1 + Math.Abs(expected)), parameterName);
        }
    }

    [TestMethod]
    public void TrainingModeHasTheBoundsOfEvaluationMode()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using Network network = SmallNetwork.Created(TestNetworks.Images);
        IntervalPropagation propagation = new(network.Module);
        IntervalBounds box = IntervalBounds.Around(TestNetworks.Uniform([3, 3, 5, 5]), 0.1, InputBounds.Unit);
        IntervalBounds expected = propagation.Logits(box);
        network.Module.train();
        Untouched untouched = new(network.Module, box.Lower, box.Upper);
        IntervalBounds actual = propagation.Logits(box);
        untouched.Verify();
        Assert.IsTrue(actual.Lower.eq(expected.Lower).all().item<bool>());
        Assert.IsTrue(actual.Upper.eq(expected.Upper).all().item<bool>());
    }

    [TestMethod]
    [DataRow("mlp")]
    [DataRow("cnn")]
    public void SinglePrecisionStaysWithinBoundsThatKnowItsRounding(string name)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable frozen = torch.no_grad();
        using Network network = Golden.Network(name);
        using Network exact = network.ToType(ScalarType.Float64);
        Tensor images = Mnist.Images(200);
        Tensor computed = network.Module.call(images).to(ScalarType.Float64);
        IntervalBounds box = new(images.to(ScalarType.Float64), images.to(ScalarType.Float64));
        IntervalPropagation propagation = new(exact.Module);

        IntervalBounds aware = propagation.Logits(box, SinglePrecision);
        Assert.IsTrue(computed.ge(aware.Lower).logical_and(computed.le(aware.Upper)).all().item<bool>());
        Assert.IsLessThan(0.1, (aware.Upper - aware.Lower).amax().item<double>());

        IntervalBounds unaware = propagation.Logits(box);
        Assert.IsFalse(computed.ge(unaware.Lower - 1e-9).logical_and(computed.le(unaware.Upper + 1e-9)).all().item<bool>());
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void SinglePrecisionStaysWithinBoundsOnEveryKindOfNetwork(string name)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable frozen = torch.no_grad();
        using Network exact = FisherCases.Network(name);
        using Network single = exact.ToType(ScalarType.Float32);
        using Network copy = single.ToType(ScalarType.Float64);
        Tensor inputs = TestNetworks.Uniform([500, .. exact.InputShape]);
        Tensor computed = single.Module.call(inputs).to(ScalarType.Float64);
        IntervalBounds point = new(inputs.to(ScalarType.Float64), inputs.to(ScalarType.Float64));
        IntervalBounds aware = new IntervalPropagation(copy.Module).Logits(point, SinglePrecision);
        Assert.IsTrue(computed.ge(aware.Lower).logical_and(computed.le(aware.Upper)).all().item<bool>());
    }

    [TestMethod]
    public void ABoxIsCutAtTheBoundsOfEachFeature()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        IntervalBounds box = IntervalBounds.Around(tensor(new[,] { { 0.05, 2.0 }, { 0.5, 1.5 } }), 0.25, new InputBounds([0, 1.5f], [0.5f, 2.125f]));
        CollectionAssert.AreEqual(new[] { 0, 1.75, 0.25, 1.5 }, box.Lower.data<double>().ToArray());
        CollectionAssert.AreEqual(new[] { 0.05 + 0.25, 2.125, 0.5, 1.75 }, box.Upper.data<double>().ToArray());
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => IntervalBounds.Around(zeros(1, 2), -0.1, InputBounds.Unit));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => IntervalBounds.Around(zeros(1, 2), double.NaN, InputBounds.Unit));
    }

    [TestMethod]
    public void ALayerWithoutARuleIsNamed()
    {
        foreach (LayerDefinition layer in new LayerDefinition[] { new LeakyReLULayer(-0.1), new ELULayer(-1), new HypersphereLayer(4) })
        {
            NetworkDefinition definition = new()
            {
                InputShape = [4],
                ClassCount = 3,
                Layers = [new LinearLayer(4), new ResidualLayer([new LinearLayer(4), layer]), new LinearLayer()],
            };
            using Network network = SmallNetwork.Created(definition);
            string message = Assert.ThrowsExactly<NotSupportedException>(() => new IntervalPropagation(network.Module)).Message;
            Assert.Contains($"layers[1].body[1] ({layer.Type})", message);
        }

        using var module = nn.Sequential(nn.Linear(4, 3));
        Assert.Contains(
            "Expected the module of a Network", Assert.ThrowsExactly<ArgumentException>(() => new IntervalPropagation(module)).Message);
    }

    private static void AssertContains(Network network, int samples)
    {
        using IDisposable frozen = torch.no_grad();
        const int rows = 2;
        Tensor inputs = TestNetworks.Uniform([rows, .. network.InputShape], type: ScalarType.Float64);
        Tensor labels = TestNetworks.Classes(rows, network.ClassCount);
        IntervalPropagation propagation = new(network.Module);
        IntervalBounds box = IntervalBounds.Around(inputs, Epsilon, InputBounds.Unit);
        IntervalBounds logits = propagation.Logits(box);
        Tensor worst = propagation.WorstCaseLogits(box, labels);
        for (int row = 0; row < rows; row++)
        {
            // Half of them at corners, where extremes are.
            Tensor places = TestNetworks.Uniform([samples / rows, .. network.InputShape], seed: (ulong)(10 + row), type: ScalarType.Float64);
            places.narrow(0, 0, samples / rows / 2).round_();
            Tensor outputs = network.Module.call(lerp(box.Lower[row], box.Upper[row], places));
            Assert.IsTrue(outputs.ge(logits.Lower[row] - 1e-12).all().item<bool>(), "lower bounds");
            Assert.IsTrue(outputs.le(logits.Upper[row] + 1e-12).all().item<bool>(), "upper bounds");
            Tensor gaps = outputs - outputs.select(1, labels[row].item<long>()).unsqueeze(1);
            Assert.IsTrue(gaps.le(worst[row] + 1e-12).all().item<bool>(), "differences");
        }
    }

    private static double[,] Matrix(Tensor weight)
    {
        double[,] matrix = new double[weight.shape[0], weight.shape[1]];
        Buffer.BlockCopy(weight.detach().contiguous().data<double>().ToArray(), 0, matrix, 0, sizeof(double) * matrix.Length);
        return matrix;
    }

    private static (double[] Lower, double[] Upper) Through(double[,] weight, Tensor? bias, double[] lower, double[] upper)
    {
        var (outputs, inputs) = (weight.GetLength(0), weight.GetLength(1));
        var (low, high) = (new double[outputs], new double[outputs]);
        for (int output = 0; output < outputs; output++)
        {
            low[output] = high[output] = bias is null ? 0 : bias[output].item<double>();
            for (int input = 0; input < inputs; input++)
            {
                double slope = weight[output, input];
                low[output] += slope * (slope > 0 ? lower[input] : upper[input]);
                high[output] += slope * (slope > 0 ? upper[input] : lower[input]);
            }
        }

        return (low, high);
    }
}
