using Microsoft.ML.Adversarial.Networks.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks;

[TestClass]
public sealed class LayerTests
{
    public static IEnumerable<object[]> Types => LayerTable.Types.Select(type => new object[] { type.Name });

    public static IEnumerable<object[]> ClosedForms =>
    [
        [new ReLULayer(), (Func<double, double>)(x => Math.Max(x, 0))],
        [new LeakyReLULayer(), (Func<double, double>)(x => x > 0 ? x : 0.01 * x)],
        [new LeakyReLULayer(0.3), (Func<double, double>)(x => x > 0 ? x : 0.3 * x)],
        [new ELULayer(), (Func<double, double>)(x => x > 0 ? x : Math.Exp(x) - 1)],
        [new ELULayer(0.4), (Func<double, double>)(x => x > 0 ? x : 0.4 * (Math.Exp(x) - 1))],
        [new SiLULayer(), (Func<double, double>)(x => x / (1 + Math.Exp(-x)))],
        [new SoftplusLayer(), (Func<double, double>)(x => Math.Log(1 + Math.Exp(x)))],
        [new SoftplusLayer(2, 3), (Func<double, double>)(x => 2 * x > 3 ? x : Math.Log(1 + Math.Exp(2 * x)) / 2)],
        [new TanhLayer(), (Func<double, double>)Math.Tanh],
        [new SigmoidLayer(), (Func<double, double>)(x => 1 / (1 + Math.Exp(-x)))],
        [new DropoutLayer(0.9), (Func<double, double>)(x => x)],
    ];

    [TestMethod]
    public void EveryRowOfTheTableHasACase() =>
        CollectionAssert.AreEquivalent(
            LayerTable.Types.Select(type => type.Record).ToArray(), LayerCases.All.Select(one => one.Layer.GetType()).ToArray());

    [TestMethod]
    [DynamicData(nameof(Types))]
    public void InferredShapeIsTheShapeThatComesOut(string type)
    {
        Random random = new(1);
        int taken = 0;
        for (int round = 0; round < 60; round++)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            (LayerDefinition layer, long[] input) = LayerCases.Random(type, random);
            if (!TryOutputShape(layer, input, out long[] expected))
            {
                continue;
            }

            taken++;
            using nn.Module<Tensor, Tensor> module = Build(layer, input);
            module.eval();
            Tensor output = module.call(torch.rand([2, .. input]));
            CollectionAssert.AreEqual(new long[] { 2 }.Concat(expected).ToArray(), output.shape, $"{layer} on {TensorShape.Text(input)}");
        }

        Assert.IsGreaterThan(5, taken, "too few random options were valid to say anything");
    }

    [TestMethod]
    [DynamicData(nameof(ClosedForms))]
    public void ElementwiseLayersEqualTheirClosedForm(LayerDefinition layer, Func<double, double> closedForm)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using nn.Module<Tensor, Tensor> module = Build(layer, [9]);
        module.eval();
        double[] values = [-9.5, -3, -1, -0.25, 0, 0.5, 1, 1.6, 8];
        Tensor x = torch.tensor(values).unsqueeze(0);

        double[] outputs = module.call(x).data<double>().ToArray();

        for (int i = 0; i < values.Length; i++)
        {
            Assert.AreEqual(closedForm(values[i]), outputs[i], 1e-12, $"{layer} at {values[i]}");
        }

        CollectionAssert.AreEqual(values, x.data<double>().ToArray(), "the input was changed in place");
    }

    [TestMethod]
    public void GeluIsTheGaussianForm()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using nn.Module<Tensor, Tensor> module = Build(new GELULayer(), [3]);

        double[] outputs = module.call(torch.tensor(new double[,] { { -1, 0.5, 2 } })).data<double>().ToArray();

        // x Φ(x), from tables of the normal distribution.
        Assert.AreEqual(-0.15865525393145707, outputs[0], 1e-12);
        Assert.AreEqual(0.34573123063700656, outputs[1], 1e-12);
        Assert.AreEqual(1.9544997361036416, outputs[2], 1e-12);
    }

    [TestMethod]
    public void BatchNormUsesRunningStatisticsInEvalModeAndUpdatesThemInTrainMode()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using nn.Module<Tensor, Tensor> module = Build(new BatchNorm1dLayer(eps: 0.5, momentum: 0.25), [1]);
        Tensor x = torch.tensor(new float[,] { { 1 }, { 3 } });

        module.eval();
        float[] untouched = module.call(x).data<float>().ToArray();
        module.train();
        float[] normalised = module.call(x).data<float>().ToArray();
        Dictionary<string, Tensor> state = module.state_dict();

        Assert.AreEqual(1 / Math.Sqrt(1.5), untouched[0], 1e-6);
        Assert.AreEqual(-1 / Math.Sqrt(1.5), normalised[0], 1e-6);
        Assert.AreEqual(0.25 * 2, state["running_mean"].item<float>(), 1e-6);
        Assert.AreEqual(0.75 + (0.25 * 2), state["running_var"].item<float>(), 1e-6);
        Assert.AreEqual(1, state["num_batches_tracked"].item<long>());
    }

    [TestMethod]
    public void ResidualAddsItsBranches()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using nn.Module<Tensor, Tensor> identity = Build(new ResidualLayer([new TanhLayer()]), [2]);
        using nn.Module<Tensor, Tensor> both = Build(new ResidualLayer([new TanhLayer()], [new ReLULayer()]), [2]);
        Tensor x = torch.tensor(new double[,] { { -1, 2 } });

        CollectionAssert.AreEqual((x.tanh() + x).data<double>().ToArray(), identity.call(x).data<double>().ToArray());
        CollectionAssert.AreEqual((x.tanh() + x.relu()).data<double>().ToArray(), both.call(x).data<double>().ToArray());
    }

    [TestMethod]
    public void OptionsOutOfRangeAreArgumentErrors()
    {
        AssertRefused("kernel", () => new Conv2dLayer(8, 0));
        AssertRefused("channels", () => new Conv2dLayer(8, 3, groups: 3));
        AssertRefused("padding", () => new MaxPool2dLayer(2, padding: 2));
        AssertRefused("probability", () => new DropoutLayer(1));
        AssertRefused("momentum", () => new BatchNorm2dLayer(momentum: 0));
        AssertRefused("features", () => new LinearLayer(0));
        AssertRefused("body", () => new ResidualLayer([]));
        AssertRefused("standardDeviation", () => new Normalisation([0], [0]));
    }

    private static void AssertRefused(string option, Func<object> construct) =>
        Assert.AreEqual(option, Assert.Throws<ArgumentException>(construct).ParamName);

    private static bool TryOutputShape(LayerDefinition layer, long[] input, out long[] output)
    {
        try
        {
            output = layer.OutputShape(new("layers[0]", layer.Type, input));
            return true;
        }
        catch (NetworkFormatException)
        {
            output = [];
            return false;
        }
    }

    private static nn.Module<Tensor, Tensor> Build(LayerDefinition layer, long[] input)
    {
        Generator generator = new(1);
        return layer.Build(new LayerState(
            layer.State(input).ToDictionary(tensor => tensor.Name, tensor => tensor.Create(tensor, generator)), generator));
    }
}
