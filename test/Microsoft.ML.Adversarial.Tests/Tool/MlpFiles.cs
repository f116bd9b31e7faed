using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Tool;

/// <summary>The golden multilayer perceptron and MNIST test images, as options of the command line and as tensors.</summary>
internal static class MlpFiles
{
    public static string Weights { get; } = Path.Combine(AppContext.BaseDirectory, "golden", "mlp.safetensors");

    public static string Images { get; } = Path.Combine(AppContext.BaseDirectory, "mnist", "t10k-images-idx3-ubyte.gz");

    public static string Labels { get; } = Path.Combine(AppContext.BaseDirectory, "mnist", "t10k-labels-idx1-ubyte.gz");

    public static string[] Rows { get; } = ["--images", Images, "--labels", Labels];

    private static NetworkDefinition Definition { get; } = NetworkDefinition.MultilayerPerceptron.Bind([1, 28, 28], 10);

    /// <summary>The options of the network; its definition is written into the folder.</summary>
    public static string[] Network(TemporaryFolder folder)
    {
        var path = folder.File("net.json");
        Definition.Save(path);
        return ["--network", path, "--weights", Weights];
    }

    public static NetworkClassifier Classifier()
    {
        using var weights = File.OpenRead(Weights);
        return new(Networks.Network.Load(Definition, weights), InputBounds.Unit);
    }

    /// <summary>The first images, [count, 1, 28, 28].</summary>
    public static Tensor FirstImages(int count)
    {
        var rows = new MLContext().Data.LoadFromIdx(Images, Labels).GetColumn<float[]>("Features").Take(count);
        return tensor(rows.SelectMany(row => row).ToArray(), [count, 1, 28, 28]);
    }

    public static long[] FirstLabels(int count) =>
        [.. new MLContext().Data.LoadFromIdx(Images, Labels).GetColumn<uint>("Label").Take(count).Select(key => key - 1L)];
}
