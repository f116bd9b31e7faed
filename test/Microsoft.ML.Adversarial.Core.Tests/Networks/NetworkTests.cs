using Microsoft.ML.Adversarial.Networks.Layers;
using TorchSharp;
using static Microsoft.ML.Adversarial.Networks.SmallNetwork;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks;

[TestClass]
public sealed class NetworkTests
{
    [TestMethod]
    [DataRow(0)]
    [DataRow(5)]
    [DataRow(17)]
    public void LayersRunInsideANetwork(int index)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using Network network = Created(LayerCases.Within(LayerCases.All[index].Layer, LayerCases.All[index].Input));
        CollectionAssert.AreEqual(new long[] { 4, 3 }, network.Module.call(torch.rand([4, .. network.InputShape])).shape);
    }

    [TestMethod]
    public void GlobalRandomStateIsLeftAsItWas()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        byte[] before = torch.get_rng_state().bytes.ToArray();

        using Network network = Created(Small);
        using Network copy = network.Clone();
        network.Module.train();
        network.Module.call(torch.zeros(4, 2, 6, 6));

        CollectionAssert.AreEqual(before, torch.get_rng_state().bytes.ToArray());
    }

    [TestMethod]
    public void AForwardPassLeavesOnlyItsResult()
    {
        using Network network = Created(Small);
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor x = torch.rand(3, 2, 6, 6);
        network.Module.call(x);
        network.Module.train();
        network.Module.call(x);

        Assert.AreEqual(3, scope.DisposablesCount);
    }

    [TestMethod]
    public void NormalisationIsPerChannelAndInside()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable frozen = torch.no_grad();
        using Network network = Created(Small);
        using Network bare = Network.Load(Small with { Normalisation = null }, Weights(network));
        using Network identity = Network.Load(Small with { Normalisation = new([0], [1, 1]) }, Weights(network));
        Tensor x = torch.rand(3, 2, 6, 6);
        Tensor mean = torch.tensor([0.5f, 0.25f]).view(2, 1, 1);
        Tensor deviation = torch.tensor([0.2f, 0.4f]).view(2, 1, 1);

        CollectionAssert.AreEqual(Bits(bare.Module.call((x - mean) / deviation)), Bits(network.Module.call(x)));
        CollectionAssert.AreEqual(Bits(bare.Module.call(x)), Bits(identity.Module.call(x)));
        CollectionAssert.AreNotEqual(Bits(bare.Module.call(x)), Bits(network.Module.call(x)));
        Assert.IsEmpty(identity.Module.named_buffers().Where(pair => !pair.name.StartsWith("1.")));
    }

    [TestMethod]
    public void NormalisationFollowsTheModuleToAnotherType()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using Network network = Created(Small);
        using Network exact = network.ToType(ScalarType.Float64);
        Tensor x = torch.rand([3, 2, 6, 6], ScalarType.Float64);

        network.Module.to(ScalarType.Float64);

        // Not equal: this one converts the mean from float32, the copy takes it from the definition.
        Assert.IsLessThan(1e-6, (network.Module.call(x) - exact.Module.call(x)).abs().max().item<double>());
    }

    [TestMethod]
    public void FlattenedInputsAreReshapedAndOthersRefused()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using Network network = Created(Small);
        Tensor x = torch.rand(3, 2, 6, 6);

        CollectionAssert.AreEqual(Bits(network.Module.call(x)), Bits(network.Module.call(x.reshape(3, 72))));
        var e = Assert.Throws<ArgumentException>(() => network.Module.call(x[0]));
        Assert.Contains("[-1, 2, 6, 6]", e.Message);
        Assert.Contains("got [2, 6, 6]", e.Message);
    }

    [TestMethod]
    public void DropoutFollowsItsSeedAndOnlyInTrainMode()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        NetworkDefinition definition = new() { InputShape = [1000], ClassCount = 1000, Layers = [new DropoutLayer(0.25)] };
        using Network network = Created(definition);
        using Network same = Created(definition);
        Tensor ones = torch.ones(4, 1000);

        CollectionAssert.AreEqual(Bits(ones), Bits(network.Module.call(ones)));
        network.Module.train();
        same.Module.train();
        Tensor first = network.Module.call(ones);
        byte[] second = Bits(network.Module.call(ones));

        CollectionAssert.AreEqual(Bits(first), Bits(same.Module.call(ones)));
        CollectionAssert.AreNotEqual(Bits(first), second);
        using Network clone = same.Clone();
        clone.Module.train();
        CollectionAssert.AreEqual(second, Bits(clone.Module.call(ones)));
        float[] values = first.data<float>().ToArray();
        Assert.IsTrue(values.All(value => value == 0 || value == 1 / 0.75f));
        Assert.AreEqual(0.25, values.Count(value => value == 0) / 4000.0, 0.04);
        network.SeedDropout(9);
        same.SeedDropout(9);
        CollectionAssert.AreEqual(Bits(network.Module.call(ones)), Bits(same.Module.call(ones)));
    }

    [TestMethod]
    public void HooksFireOnEveryLayer()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using Network network = Created(Small);
        List<string> seen = [];
        foreach ((string name, nn.Module module) in network.Module.named_modules())
        {
            if (module is nn.Module<Tensor, Tensor> layer)
            {
                layer.register_forward_hook((_, _, output) =>
                {
                    seen.Add(name);
                    return output;
                });
            }
        }

        network.Module.call(torch.rand(1, 2, 6, 6));

        CollectionAssert.IsSubsetOf(
            new[] { "0", "1", "2", "3.body.0", "3.shortcut.0", "3", "4", "5", "6" }, seen.Select(name => name.Trim('.')).ToArray());
    }

    [TestMethod]
    public void AnUnboundDefinitionIsRefused()
    {
        using Generator generator = new(1);
        Assert.Throws<ArgumentException>(() => Network.Create(NetworkDefinition.MultilayerPerceptron, generator));
    }
}
