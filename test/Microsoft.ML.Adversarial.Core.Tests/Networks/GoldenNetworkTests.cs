using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Adversarial.Networks;

[TestClass]
public sealed class GoldenNetworkTests
{
    [TestMethod]
    [DataRow("mlp")]
    [DataRow("cnn")]
    public void Float32LogitsAreThoseOfPyTorchUpToRounding(string name)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable frozen = torch.no_grad();
        using Network network = Golden.Network(name);
        using Tensor expected = Golden.Tensors($"{name}_fisher")["logits_f32"];

        // One batch of 256, as the golden values were made. The order of summation differs between processors, so that even the
        // same libtorch differs in the last bits: up to 8e-6, where logits reach 30 and one unit in the last place is 2e-6.
        Tensor logits = network.Module.call(Mnist.Images(256));

        CollectionAssert.AreEqual(new long[] { 256, 10 }, logits.shape);
        Assert.IsLessThan(2e-5f, (logits.narrow(0, 0, expected.shape[0]) - expected).abs().max().item<float>());
    }

    [TestMethod]
    public void MultilayerPerceptronIsBitForBitTheBareOperations()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable frozen = torch.no_grad();
        using Network network = Golden.Network("mlp");
        Dictionary<string, Tensor> weights = Golden.Tensors("mlp");
        Tensor images = Mnist.Images(256);

        Tensor hidden = functional.linear(images.flatten(1), weights["1.weight"], weights["1.bias"]).relu();
        hidden = functional.linear(hidden, weights["3.weight"], weights["3.bias"]).relu();
        Tensor expected = functional.linear(hidden, weights["5.weight"], weights["5.bias"]);

        AssertSameBits(expected, network.Module.call(images));
    }

    [TestMethod]
    public void SmallConvNetIsBitForBitTheBareOperationsOnChannelsLast()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable frozen = torch.no_grad();
        using Network network = Golden.Network("cnn");
        Dictionary<string, Tensor> weights = Golden.Tensors("cnn");
        Tensor images = Mnist.Images(256);
        Tensor logits = network.Module.call(images);

        AssertSameBits(BareOperations(images.squeeze(1).unsqueeze(3).permute(0, 3, 1, 2)), logits);
        Assert.IsLessThan(2e-5f, (BareOperations(images) - logits).abs().max().item<float>());

        Tensor BareOperations(Tensor input)
        {
            Tensor hidden = functional.max_pool2d(functional.conv2d(input, weights["0.weight"], weights["0.bias"]).relu(), 2);
            hidden = functional.max_pool2d(functional.conv2d(hidden, weights["3.weight"], weights["3.bias"]).relu(), 2);
            hidden = functional.linear(hidden.flatten(1), weights["7.weight"], weights["7.bias"]).relu();
            return functional.linear(hidden, weights["9.weight"], weights["9.bias"]);
        }
    }

    [TestMethod]
    [DataRow("mlp")]
    [DataRow("cnn")]
    public void Float64LogitsAreThoseOfPyTorch(string name)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable frozen = torch.no_grad();
        using Network single = Golden.Network(name);
        using Network network = single.ToType(ScalarType.Float64);
        using Tensor expected = Golden.Tensors($"{name}_fisher")["logits_f64"];

        Tensor logits = network.Module.call(Mnist.Images((int)expected.shape[0]).to(ScalarType.Float64));

        Assert.IsLessThan(1e-10, (logits - expected).abs().max().item<double>());
    }

    [TestMethod]
    public void MostTestImagesAreClassifiedCorrectly()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable frozen = torch.no_grad();
        using Network network = Golden.Network("cnn");

        Tensor correct = network.Module.call(Mnist.Images(1000)).argmax(1).eq(Mnist.Labels(1000));

        Assert.IsGreaterThan(980, correct.sum().item<long>());
    }

    private static void AssertSameBits(Tensor expected, Tensor actual) =>
        CollectionAssert.AreEqual(expected.bytes.ToArray(), actual.bytes.ToArray());
}
