using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

[TestClass]
public sealed class FisherTraceTests
{
    public static IEnumerable<object[]> Networks => FisherCases.Names;

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void TheTraceIsTheDefinitions(string name)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(FisherCases.Network(name), InputBounds.Unit);
        Tensor inputs = TestNetworks.Normal([5, .. classifier.InputShape]);

        double[] trace = new FisherTrace(classifier).Score(inputs).data<double>().ToArray();

        Assert.IsNull(classifier.Taps.Uncovered);
        AssertClose(DenseFisher.TraceOf(classifier.Module, inputs), trace, 1e-10);
    }

    [TestMethod]
    [DataRow("mlp", 1e-5)]
    [DataRow("cnn", 1e-5)]
    public void Float32IsPyTorchsTrace(string name, double relative)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(Golden.Network(name), InputBounds.Unit);
        AssertGolden(name, classifier, relative);
    }

    [TestMethod]
    [DataRow("mlp")]
    [DataRow("cnn")]
    public void Float64IsPyTorchsTrace(string name)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using Network single = Golden.Network(name);
        using NetworkClassifier classifier = new(single.ToType(ScalarType.Float64), InputBounds.Unit);
        AssertGolden(name, classifier, 1e-8);
    }

    [TestMethod]
    [DataRow(1e-5)]
    [DataRow(1e-8)]
    [DataRow(1e-10)]
    public void SaturatedRowsKeepTheirDigits(double doubt)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor inputs = Mnist.Images(1);
        using Network network = Golden.Saturated(inputs, doubt);

        using Network exact = network.ToType(ScalarType.Float64);
        using NetworkClassifier classifier = new(network, InputBounds.Unit);

        double[] expected = DenseFisher.TraceOf(exact.Module, inputs.to(ScalarType.Float64));
        double trace = new FisherTrace(classifier).Score(inputs).item<float>();

        double reached = 1 - exact.Module.call(inputs.to(ScalarType.Float64)).softmax(1).max().item<double>();
        Assert.AreEqual(doubt, reached, 0.01 * doubt);
        AssertClose(expected, [trace], 1e-5);
    }

    [TestMethod]
    [DataRow("mlp")]
    [DataRow("cnn")]
    public void ARowsScoreDoesNotDependOnItsBatch(string name)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(Golden.Network(name), InputBounds.Unit);
        FisherTrace detector = new(classifier);
        Tensor images = Mnist.Images(600);
        double[] all = Scores(detector, images);
        Assert.HasCount(600, all);
        AssertClose(all[..33], Scores(detector, images.narrow(0, 0, 33)), 1e-4);
        AssertClose(all[100..300], Scores(detector, images.narrow(0, 100, 200)), 1e-4);
        AssertClose([all[599]], Scores(detector, images.narrow(0, 599, 1)), 1e-4);
        CollectionAssert.AreEqual(new long[] { 0 }, detector.Score(images.narrow(0, 0, 0)).shape);
    }

    [TestMethod]
    public void ANetworkWithoutParametersHasNoInformation()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        NetworkDefinition definition = new() { InputShape = [4], ClassCount = 4, Layers = [new Networks.Layers.TanhLayer()] };
        using NetworkClassifier classifier = TestNetworks.Classifier(definition);
        CollectionAssert.AreEqual(new float[3], new FisherTrace(classifier).Score(torch.rand(3, 4)).data<float>().ToArray());
    }

    [TestMethod]
    public void FrozenParametersCountAndStayFrozen()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(FisherCases.Network("convolutions"), InputBounds.Unit);
        Tensor inputs = TestNetworks.Normal([3, 3, 9, 8]);
        double[] expected = Scores(new FisherTrace(classifier), inputs);
        foreach (TorchSharp.Modules.Parameter parameter in classifier.Module.parameters())
        {
            parameter.requires_grad = false;
        }

        CollectionAssert.AreEqual(expected, Scores(new FisherTrace(classifier), inputs));
        Assert.IsFalse(classifier.Module.parameters().Any(parameter => parameter.requires_grad));
    }

    internal static double[] Scores(FisherTrace detector, Tensor inputs) =>
        detector.Score(inputs).to(ScalarType.Float64).data<double>().ToArray();

    internal static void AssertClose(double[] expected, double[] actual, double relative)
    {
        Assert.HasCount(expected.Length, actual);
        for (int row = 0; row < expected.Length; row++)
        {
            Assert.IsGreaterThan(0, expected[row]);
            Assert.AreEqual(expected[row], actual[row], relative * expected[row], $"row {row}");
        }
    }

    private static void AssertGolden(string name, NetworkClassifier classifier, double relative)
    {
        using Tensor expected = Golden.Tensors($"{name}_fisher")["trace"];
        Tensor images = Mnist.Images((int)expected.shape[0]).to(classifier.ElementType);
        AssertClose(expected.data<double>().ToArray(), Scores(new FisherTrace(classifier), images), relative);
    }
}
