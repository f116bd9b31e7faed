using System.IO.Compression;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.PerformanceTests.Ratios;

/// <summary>A network and a batch of MNIST to measure on.</summary>
internal sealed record Subject(string Name, NetworkClassifier Classifier, Tensor Inputs, Tensor Labels)
{
    public const int Rows = 128;

    private static readonly string Folder = AppContext.BaseDirectory;

    /// <summary>
    /// The same layers and weights as TorchSharp itself puts them one after another: what costs are counted in, whatever the library's own
    /// networks do to be faster.
    /// </summary>
    public nn.Module<Tensor, Tensor> Plain { get; } = nn.Sequential(Classifier.Module.children().Cast<nn.Module<Tensor, Tensor>>());

    /// <summary>The two networks of the golden values.</summary>
    public static IEnumerable<Subject> Golden(int rows = Rows) =>
        [Create("MLP", NetworkDefinition.MultilayerPerceptron, "mlp", rows), Create("CNN", NetworkDefinition.SmallConvNet, "cnn", rows)];

    /// <summary>A convolutional network whose large feature maps are pooled only once.</summary>
    public static Subject LargeConvNet()
    {
        var definition = NetworkDefinition.FromJson(
            """
            { "format": "adversarial-network", "version": 1, "layers": [
              { "type": "Conv2d", "channels": 32, "kernel": 3 }, { "type": "ReLU" }, { "type": "Conv2d", "channels": 64, "kernel": 3 },
              { "type": "ReLU" }, { "type": "MaxPool2d", "kernel": 2 }, { "type": "Flatten" }, { "type": "Linear", "features": 128 },
              { "type": "ReLU" }, { "type": "Linear" } ] }
            """);
        return Create("CNN with large maps", definition.Bind([1, 28, 28], 10));
    }

    /// <summary>A residual network of three blocks, 16 to 64 channels, with batch normalisation.</summary>
    public static Subject ResidualNet() => Create("ResNet", NetworkDefinition.ResNet.Bind([1, 28, 28], 10));

    /// <summary>A network with 1,000 classes, its last layer scaled until it is as sure of itself as trained ones are.</summary>
    public static Subject ManyClasses(bool convolutional)
    {
        const double LogitDeviation = 2.5;
        var subject = Create(
            convolutional ? "CNN of 1,000 classes" : "MLP of 1,000 classes",
            (convolutional ? NetworkDefinition.SmallConvNet : NetworkDefinition.MultilayerPerceptron).Bind([1, 28, 28], 1000));
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var deviation = subject.Classifier.Logits(subject.Inputs).std().item<float>();
        foreach (var parameter in subject.Classifier.Module.parameters().TakeLast(2))
        {
            parameter.mul_(LogitDeviation / deviation);
        }

        return subject;
    }

    public static Tensor Images(int count) => tensor([.. Bytes("t10k-images-idx3-ubyte.gz", 16, count * 784).Select(value => value / 255f)], [count, 1, 28, 28]);

    /// <summary>One forward and backward pass with respect to the inputs.</summary>
    public void InputPass()
    {
        using var scope = NewDisposeScope();
        var leaf = Inputs.detach().requires_grad_();
        var logits = Plain.call(leaf);
        autograd.backward(logits, ones_like(logits), inputs: [leaf]);
    }

    /// <summary>One forward and backward pass with respect to the parameters.</summary>
    public void ParameterPass()
    {
        using var scope = NewDisposeScope();
        var logits = Plain.call(Inputs);
        logits.backward([ones_like(logits)]);
        Plain.zero_grad();
    }

    private static Subject Create(string name, NetworkDefinition bound)
    {
        using var generator = new Generator(1);
        return new(name, new(Network.Create(bound, generator), InputBounds.Unit), Images(Rows), LabelsOf(Rows));
    }

    private static Subject Create(string name, NetworkDefinition definition, string file, int rows)
    {
        using var weights = File.OpenRead(Path.Combine(Folder, "golden", file + ".safetensors"));
        return new(name, new(Network.Load(definition.Bind([1, 28, 28], 10), weights), InputBounds.Unit), Images(rows), LabelsOf(rows));
    }

    private static Tensor LabelsOf(int count) => tensor([.. Bytes("t10k-labels-idx1-ubyte.gz", 8, count).Select(value => (long)value)]);

    private static byte[] Bytes(string file, int header, int count)
    {
        using var stream = new GZipStream(File.OpenRead(Path.Combine(Folder, "mnist", file)), CompressionMode.Decompress);
        var bytes = new byte[header + count];
        stream.ReadExactly(bytes);
        return bytes[header..];
    }
}
