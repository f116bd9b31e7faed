using TorchSharp;
using static Microsoft.ML.Adversarial.Networks.SmallNetwork;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks;

[TestClass]
public sealed class NetworkStateTests
{
    [TestMethod]
    public void NamesAreThoseOfPyTorch()
    {
        using Network network = Created(Small);
        string[] expected =
        [
            "0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked",
            "3.body.0.weight", "3.body.0.bias", "3.shortcut.0.weight", "6.weight", "6.bias",
        ];

        CollectionAssert.AreEquivalent(expected, network.Module.state_dict().Keys);
        using MemoryStream stream = Weights(network);
        Dictionary<string, Tensor> written = Safetensors.Read(stream);
        CollectionAssert.AreEqual(expected, written.Keys);
        CollectionAssert.AreEqual(
            expected.Where(name => !name.StartsWith("1.r") && !name.StartsWith("1.n")).ToArray(),
            network.Module.named_parameters().Select(pair => pair.name).ToArray());
    }

    [TestMethod]
    public void TheSameSeedGivesTheSameWeightsInPyTorchsRange()
    {
        using Network one = Created(NetworkDefinition.SmallConvNet.Bind([1, 28, 28], 10), seed: 3);
        using Network same = Created(NetworkDefinition.SmallConvNet.Bind([1, 28, 28], 10), seed: 3);
        using Network other = Created(NetworkDefinition.SmallConvNet.Bind([1, 28, 28], 10), seed: 4);

        CollectionAssert.AreEqual(Weights(one).ToArray(), Weights(same).ToArray());
        CollectionAssert.AreNotEqual(Weights(one).ToArray(), Weights(other).ToArray());
        AssertUniform(one.Module.get_parameter("0.weight")!, 1 / Math.Sqrt(25));
        AssertUniform(one.Module.get_parameter("3.weight")!, 1 / Math.Sqrt(16 * 25));
        AssertUniform(one.Module.get_parameter("7.weight")!, 1 / Math.Sqrt(512));
        AssertUniform(one.Module.get_parameter("7.bias")!, 1 / Math.Sqrt(512));
    }

    [TestMethod]
    public void WeightsBelongToNoScope()
    {
        Network network, loaded, copy;
        using (torch.NewDisposeScope())
        using (torch.inference_mode())
        {
            network = Created(Small);
            loaded = Network.Load(Small, Weights(network));
            copy = network.Clone();
        }

        using DisposeScope scope = torch.NewDisposeScope();
        Tensor x = torch.rand(2, 2, 6, 6);
        foreach (Network one in new[] { network, loaded, copy })
        {
            one.Module.train();
            Tensor loss = one.Module.call(x).pow(2).sum();
            loss.backward();
            Assert.IsGreaterThan(0f, one.Module.get_parameter("0.weight")!.grad!.abs().sum().item<float>());
            one.Dispose();
        }
    }

    [TestMethod]
    public void NothingIsLeftAlive()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Network network = Created(Small);
        Network loaded = Network.Load(Small, Weights(network));
        Network copy = network.ToType(ScalarType.Float64);
        int own = scope.DisposablesCount;

        foreach (Network one in new[] { network, loaded, copy })
        {
            Tensor[] tensors =
            [
                .. one.Module.parameters(), .. one.Module.buffers(),
                one.Module.get_buffer("mean")!, one.Module.get_buffer("standardDeviation")!,
            ];
            one.Dispose();
            Assert.HasCount(14, tensors);
            Assert.IsTrue(tensors.All(tensor => tensor.IsInvalid));
        }

        Assert.AreEqual(0, own, "tensors were left in the scope of the caller");
    }

    [TestMethod]
    public void FilesComeBackBitForBit()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        DirectoryInfo folder = Directory.CreateTempSubdirectory();
        string definition = Path.Combine(folder.FullName, "network.json");
        string weights = Path.Combine(folder.FullName, "network.safetensors");
        using Network network = Created(Small);
        network.Module.train();
        network.Module.call(torch.rand(8, 2, 6, 6));
        network.Module.eval();

        network.Save(definition, weights);
        using Network loaded = Network.Load(definition, weights);

        Assert.AreEqual(network.Definition.ToJson(), loaded.Definition.ToJson());
        CollectionAssert.AreEqual(Weights(network).ToArray(), Weights(loaded).ToArray());
        Assert.AreEqual(1, loaded.Module.state_dict()["1.num_batches_tracked"].item<long>());
        Tensor x = torch.rand(3, 2, 6, 6);
        CollectionAssert.AreEqual(Bits(network.Module.call(x)), Bits(loaded.Module.call(x)));
        Assert.HasCount(2, folder.GetFiles());
        folder.Delete(recursive: true);
    }

    [TestMethod]
    public void AFloat64CopyIsCloseAndIndependent()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable frozen = torch.no_grad();
        using Network network = Created(Small);
        using Network exact = network.ToType(ScalarType.Float64);
        Tensor x = torch.rand(3, 2, 6, 6);
        Tensor before = network.Module.call(x);

        Tensor logits = exact.Module.call(x.to(ScalarType.Float64));
        exact.Module.get_parameter("0.weight")!.zero_();

        Assert.IsLessThan(1e-5, (logits - before).abs().max().item<double>());
        CollectionAssert.AreEqual(Bits(before), Bits(network.Module.call(x)));
        Assert.Throws<ArgumentException>(() => network.ToType(ScalarType.Int64));
    }

    [TestMethod]
    public void HalfPrecisionWeightsAreReadAsFloat32()
    {
        using Network network = Created(Small);
        using Network half = network.ToType(ScalarType.BFloat16);
        using Network loaded = Network.Load(Small, Weights(half));
        Assert.AreEqual(ScalarType.Float32, loaded.Module.get_parameter("0.weight")!.dtype);
    }

    [TestMethod]
    public void WeightsOfAnotherNetworkAreRefused()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using Network network = Created(Small);
        Dictionary<string, Tensor> weights = Safetensors.Read(Weights(network));

        AssertRefused(weights, "6.bias", null, "'6.bias' of shape [3]", "got none");
        AssertRefused(weights, "6.bias", torch.zeros(4), "'6.bias' of shape [3]", "got [4]");
        AssertRefused(weights, "6.bias", torch.zeros(3, ScalarType.Int64), "'6.bias' of type F32", "got Int64");
        AssertRefused(weights, "7.bias", torch.zeros(3, 2), "'7.bias'", "[3, 2]");
        AssertRefused(weights, "1.num_batches_tracked", torch.zeros([]), "type Int64", "got Float32");
    }

    private static void AssertUniform(Tensor weight, double bound)
    {
        double[] values = [.. weight.data<float>().ToArray().Select(value => (double)value)];
        Assert.IsTrue(values.All(value => Math.Abs(value) <= bound + 1e-7));
        Assert.IsGreaterThan(0.95 * bound, values.Max());
        Assert.IsLessThan(-0.95 * bound, values.Min());
        Assert.AreEqual(0, values.Average(), 4 * bound / Math.Sqrt(3 * values.Length));
    }

    private static void AssertRefused(Dictionary<string, Tensor> weights, string name, Tensor? value, string expected, string got)
    {
        Dictionary<string, Tensor> changed = new(weights);
        changed.Remove(name);
        if (value is not null)
        {
            changed.Add(name, value);
        }

        MemoryStream stream = new();
        Safetensors.Write(stream, changed, null);
        stream.Position = 0;
        var e = Assert.ThrowsExactly<InvalidDataException>(() => Network.Load(Small, stream));
        Assert.Contains(expected, e.Message);
        Assert.Contains(got, e.Message);
    }
}
