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

    /// <summary>
    /// The network "mlp" with the last layer's bias moved until the predicted class of the first input has probability 1 − doubt, where 1 − p in
    /// float32 is 0.
    /// </summary>
    public static Network Saturated(Tensor inputs, double doubt)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        using var noGrad = no_grad();
        Network network = Network("mlp");
        using Network exact = network.ToType(ScalarType.Float64);
        Tensor logits = exact.Module.call(inputs.narrow(0, 0, 1).to(ScalarType.Float64)).flatten();
        long predicted = logits.argmax().item<long>();
        double others = logits.exp().sum().item<double>() - logits[predicted].exp().item<double>();
        double wanted = Math.Log(others * (1 - doubt) / doubt);
        network.Module.get_parameter("5.bias")![predicted].add_(wanted - logits[predicted].item<double>());
        return network;
    }

    /// <summary>Whether the network "mlp" has PyTorch's bits here: another processor may round its sums otherwise, and signs of gradients at 0 flip.</summary>
    public static bool HasPyTorchsBits(Tensor images)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        using var noGrad = no_grad();
        using Network network = Network("mlp");
        Tensor expected = Tensors("mlp_fisher")["logits_f32"];
        return network.Module.call(images).narrow(0, 0, expected.shape[0]).eq(expected).all().item<bool>();
    }

    /// <summary>All tensors of a file, such as "mlp_fisher"; owned by the caller.</summary>
    public static Dictionary<string, Tensor> Tensors(string name) => Safetensors.Read(PathOf(name));

    public static string PathOf(string name) => FileOf(name + ".safetensors");

    public static string FileOf(string name) => Path.Combine(AppContext.BaseDirectory, "golden", name);
}
