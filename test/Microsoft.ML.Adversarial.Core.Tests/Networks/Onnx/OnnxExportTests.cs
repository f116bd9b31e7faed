using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks.Layers;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Onnx;

[TestClass]
public sealed class OnnxExportTests
{
    private static readonly (string Name, NetworkDefinition Definition)[] Networks =
    [
        ("MultilayerPerceptron", NetworkDefinition.MultilayerPerceptron.Bind([1, 8, 9], 4)),
        ("SmallConvNet", NetworkDefinition.SmallConvNet.Bind([1, 20, 21], 4)),
        ("ResNet, normalised", (NetworkDefinition.ResNet with { Normalisation = new([0.4, 0.5, 0.6], [0.2, 0.3, 0.1]) }).Bind([3, 16, 16], 5)),
        ("PapernotMnist", NetworkDefinition.PapernotMnist.Bind([1, 28, 28], 10)),
        ("PapernotCifar", NetworkDefinition.PapernotCifar.Bind([3, 32, 32], 10)),
        ("hypersphere", NetworkDefinition.MultilayerPerceptron.WithHypersphereEmbedding(15).Bind([7], 4)),
        ("Softplus with a low threshold", LayerCases.Within(new SoftplusLayer(beta: 2, threshold: 0.5), [3, 4])),
        ("AdaptiveAvgPool2d of overlapping windows", LayerCases.Within(new AdaptiveAvgPool2dLayer((3, 4)), [2, 8, 9])),
        .. LayerCases.All.Select(one => (one.Layer.Type, LayerCases.Within(one.Layer, one.Input))),
    ];

    public static IEnumerable<object[]> Cases => Networks.Select((one, index) => new object[] { index, one.Name });

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void OnnxRuntimeAndTheImporterGiveTheLogits(int index, string name)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable frozen = torch.no_grad();
        using Network network = Trained(Networks[index].Definition);
        using MemoryStream stream = new();
        network.WriteOnnx(stream);
        using OnnxNetwork imported = OnnxNetwork.FromBytes(stream.ToArray());
        Tensor x = torch.rand([3, .. network.InputShape], generator: new Generator(2)) * 2 - 0.5;
        Tensor expected = network.Module.call(x);

        double tolerance = 1e-5 * Math.Max(1, expected.abs().max().item<float>());
        Assert.IsLessThan(tolerance, (Runtime.Run(stream.ToArray(), x) - expected).abs().max().item<float>(), name);
        Assert.IsLessThan(tolerance, (imported.Module.call(x) - expected).abs().max().item<float>(), name);
    }

    [TestMethod]
    public void Float64IsKept()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable frozen = torch.no_grad();
        using Network single = Trained(NetworkDefinition.MultilayerPerceptron.Bind([7], 4));
        using Network network = single.ToType(ScalarType.Float64);
        using MemoryStream stream = new();
        network.WriteOnnx(stream);
        using OnnxNetwork imported = OnnxNetwork.FromBytes(stream.ToArray());
        Tensor x = torch.rand([3, 7], ScalarType.Float64);
        Tensor expected = network.Module.call(x);
        Assert.IsLessThan(1e-12, (Runtime.Run(stream.ToArray(), x) - expected).abs().max().item<double>());
        Assert.IsLessThan(1e-12, (imported.Module.call(x) - expected).abs().max().item<double>());
    }

    [TestMethod]
    public void APerceptronComesBackAsASequenceOfLayers()
    {
        using Network network = Golden.Network("mlp");
        using MemoryStream stream = new();
        network.WriteOnnx(stream);
        using NetworkClassifier classifier = new(OnnxNetwork.FromBytes(stream.ToArray()), InputBounds.Unit);
        Assert.HasCount(3, classifier.Taps.Tail);
        Assert.IsTrue(classifier.Taps.HasKnownCurvature);
    }

    // Running statistics that are not 0 and 1, or batch normalisation would hardly be there.
    private static Network Trained(NetworkDefinition definition)
    {
        Network network = SmallNetwork.Created(definition);
        using Generator generator = new(4);
        foreach ((string name, Tensor buffer) in network.Module.state_dict().Where(pair => pair.Key.EndsWith("running_mean") || pair.Key.EndsWith("running_var")))
        {
            buffer.uniform_(0.5, 1.5, generator);
        }

        return network;
    }
}
