using Microsoft.ML.Adversarial.Networks;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.TestData;

/// <summary>Values made with PyTorch, which ours agree with.</summary>
internal static class Golden
{
    /// <summary>The network "mlp" or "cnn", trained on MNIST, eval mode.</summary>
    public static Network Network(string name)
    {
        NetworkDefinition definition = name switch
        {
            "mlp" => NetworkDefinition.MultilayerPerceptron,
            "cnn" => NetworkDefinition.SmallConvNet,
            _ => throw new ArgumentException($"Expected mlp or cnn, got {name}.", nameof(name)),
        };
        using FileStream weights = File.OpenRead(PathOf(name));
        return Networks.Network.Load(definition.Bind([1, 28, 28], 10), weights);
    }

    /// <summary>All tensors of a file, such as "mlp_fisher"; owned by the caller.</summary>
    public static Dictionary<string, Tensor> Tensors(string name) => Safetensors.Read(PathOf(name));

    public static string PathOf(string name) => FileOf(name + ".safetensors");

    public static string FileOf(string name) => Path.Combine(AppContext.BaseDirectory, "golden", name);
}
