using System.IO.Compression;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static Microsoft.ML.Adversarial.Networks.SmallNetwork;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.PyTorch;

[TestClass]
public sealed class PyTorchWeightsTests
{
    public static IEnumerable<object[]> Types => PyTorchType.All.Select(type => new object[] { type.Type });

    [TestMethod]
    [DynamicData(nameof(Types))]
    public void EveryTypeIsReadBitForBit(ScalarType type)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor values = (torch.rand(3, 4, generator: new Generator(1)) * 100 - (type == ScalarType.Byte ? 0 : 50)).to(type);
        Dictionary<string, Tensor> read = Read(PickleFile.Of([new("a", values), new("scalar", values[0, 1].clone()), new("empty", torch.empty([0, 2], type))]));
        CollectionAssert.AreEqual(new[] { "a", "scalar", "empty" }, read.Keys);
        CollectionAssert.AreEqual(values.shape, read["a"].shape);
        CollectionAssert.AreEqual(Bits(values), Bits(read["a"]));
        CollectionAssert.AreEqual(Bits(values[0, 1]), Bits(read["scalar"]));
        CollectionAssert.AreEqual(new long[] { 0, 2 }, read["empty"].shape);
    }

    [TestMethod]
    public void ViewsOfOneStorageAreRead()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        PickleFile file = new();
        Tensor values = torch.arange(12, ScalarType.Float32);
        string storage = file.Storage(values);
        file.Raw("}").Raw("(")
            .Text("transposed").View(storage, ScalarType.Float32, 12, 0, [4, 3], [1, 4])
            .Text("part").View(storage, ScalarType.Float32, 12, 5, [2, 2], [4, 1])
            .Raw("u").Raw(".");
        Dictionary<string, Tensor> read = Read(file);
        Assert.IsTrue(read["transposed"].eq(values.reshape(3, 4).t()).all().item<bool>());
        Assert.IsTrue(read["part"].eq(torch.tensor(new float[,] { { 5, 6 }, { 9, 10 } })).all().item<bool>());
    }

    [TestMethod]
    public void AnOrderedDictionaryWithItsVersionsAndParametersIsRead()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        PickleFile file = new();
        string storage = file.Storage(torch.ones(2));
        file.Global("collections", "OrderedDict").Raw(")").Raw("R").Raw("q\u0001").Raw("(").Text("w").Global("torch._utils", "_rebuild_parameter").Raw("(")
            .View(storage, ScalarType.Float32, 2, 0, [2], [1]).Raw("\u0088").Global("collections", "OrderedDict").Raw(")").Raw("R").Raw("t").Raw("R").Raw("u")
            .Raw("}").Text("_metadata").Raw("}").Raw("s").Raw("b").Raw(".");
        Assert.IsTrue(Read(file)["w"].eq(torch.ones(2)).all().item<bool>());
    }

    [TestMethod]
    public void AStateDictionaryWithinACheckpointIsFound()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        PickleFile file = new();
        string storage = file.Storage(torch.ones(2));
        file.Raw("}").Raw("(").Text("epoch").Number(3).Text("model").Raw("}").Text("w").View(storage, ScalarType.Float32, 2, 0, [2], [1]).Raw("s")
            .Text("average").Raw("}").Text("v").View(storage, ScalarType.Float32, 2, 0, [2], [1]).Raw("s").Raw("u").Raw(".");
        Assert.IsTrue(PyTorchWeights.Read(file.Stream(), "model", "file")["w"].eq(torch.ones(2)).all().item<bool>());
        Assert.Contains("'average'", Assert.ThrowsExactly<InvalidDataException>(() => Read(file)).Message);
        Assert.Contains("'optimizer'", Assert.ThrowsExactly<InvalidDataException>(() => PyTorchWeights.Read(file.Stream(), "optimizer", "file")).Message);
    }

    [TestMethod]
    [DataRow("os", "system")]
    [DataRow("builtins", "eval")]
    [DataRow("torch", "load")]
    [DataRow("torch._utils", "_rebuild_device_tensor_from_numpy")]
    public void WhatIsNotAllowedIsNamedAndNotRun(string module, string name)
    {
        PickleFile file = new PickleFile().Global(module, name).Raw("(").Text("touch /tmp/pickled").Raw("t").Raw("R").Raw(".");
        Assert.Contains($"'{module}.{name}'", Assert.ThrowsExactly<InvalidDataException>(() => Read(file)).Message);
        PickleFile newer = new PickleFile().Text(module).Text(name).Raw("\u0093").Raw(".");
        Assert.Contains($"'{module}.{name}'", Assert.ThrowsExactly<InvalidDataException>(() => Read(newer)).Message);
    }

    [TestMethod]
    public void OtherInstructionsAreRefused()
    {
        Assert.Contains("0x69", Assert.ThrowsExactly<InvalidDataException>(() => Read(new PickleFile().Raw("(ios\nsystem\n."))).Message);
        Assert.Contains("0x81", Assert.ThrowsExactly<InvalidDataException>(() => Read(new PickleFile().Raw("\u0081"))).Message);
    }

    [TestMethod]
    [DataRow(2L, 0L, new[] { 3L }, new[] { 1L })]
    [DataRow(2L, 1L, new[] { 2L }, new[] { 1L })]
    [DataRow(2L, 0L, new[] { 1L << 40 }, new[] { 0L })]
    [DataRow(2L, 0L, new[] { 1L << 62, 1L << 62 }, new[] { 1L << 62, 1L })]
    [DataRow(2L, 0L, new[] { -2L }, new[] { 1L })]
    [DataRow(2L, 0L, new[] { 2L }, new[] { -1L })]
    [DataRow(2L, -1L, new[] { 2L }, new[] { 1L })]
    [DataRow(1L << 60, 0L, new[] { 2L }, new[] { 1L })]
    [DataRow(1L, 0L, new[] { 1L }, new[] { 1L })]
    public void ViewsBeyondTheirStorageAreRefused(long count, long offset, long[] shape, long[] strides)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        PickleFile file = new();
        string storage = file.Storage(torch.ones(2));
        file.Raw("}").Text("w").View(storage, ScalarType.Float32, count, offset, shape, strides).Raw("s").Raw(".");
        Assert.Contains("'w'", Assert.ThrowsExactly<InvalidDataException>(() => Read(file)).Message);
    }

    [TestMethod]
    public void CompressedFilesAreRefused()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        PickleFile file = new() { Compression = CompressionLevel.Optimal };
        string storage = file.Storage(torch.zeros(1 << 20));
        file.Raw("}").Text("w").View(storage, ScalarType.Float32, 1 << 20, 0, [1 << 20], [1]).Raw("s").Raw(".");
        Assert.Contains("uncompressed", Assert.ThrowsExactly<InvalidDataException>(() => Read(file)).Message);
    }

    [TestMethod]
    public void OtherFilesAreRefused()
    {
        Assert.Contains("TorchScript", Assert.ThrowsExactly<InvalidDataException>(() => PyTorchWeights.Read(Golden.FileOf("mlp.torchscript.pt"))).Message);
        Assert.Contains("zip", Assert.ThrowsExactly<InvalidDataException>(() => PyTorchWeights.Read(Golden.FileOf("mlp.onnx"))).Message);
        Assert.ThrowsExactly<InvalidDataException>(() => TorchScriptNetwork.Load(Golden.FileOf("mlp.onnx"), [1, 28, 28]));
    }

    [TestMethod]
    public void MutatedFilesAreReadOrRefused()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        byte[] valid = PickleFile.Of([new("a", torch.rand(3, 2)), new("b", torch.rand(4))]).Bytes();
        Random random = new(5);
        int refused = 0;
        for (int round = 0; round < 400; round++)
        {
            byte[] mutated = [.. valid];
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            }

            try
            {
                PyTorchWeights.Read(new MemoryStream(mutated), null, "file").Values.ToList().ForEach(tensor => tensor.Dispose());
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        Assert.IsGreaterThan(100, refused);
    }

    [TestMethod]
    public void TheGoldenWeightsGiveTheGoldenNetwork()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable frozen = torch.no_grad();
        Dictionary<string, Tensor> weights = Golden.Tensors("mlp");
        NetworkDefinition definition = NetworkDefinition.MultilayerPerceptron.Bind([1, 28, 28], 10);
        using Network network = Network.Load(definition, PickleFile.Of(weights).Stream());
        using Network expected = Golden.Network("mlp");
        Assert.IsTrue(network.Module.call(Mnist.Images(16)).eq(expected.Module.call(Mnist.Images(16))).all().item<bool>());

        Dictionary<string, Tensor> named = weights.ToDictionary(pair => "module.fc" + pair.Key, pair => pair.Value);
        using Network renamed = Network.Load(definition, named, name => name["module.fc".Length..]);
        Assert.IsTrue(renamed.Module.call(Mnist.Images(16)).eq(expected.Module.call(Mnist.Images(16))).all().item<bool>());
    }

    [TestMethod]
    public void AllThatDoesNotMatchIsReported()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Dictionary<string, Tensor> weights = Golden.Tensors("mlp");
        weights["conv.weight"] = weights["1.weight"];
        weights.Remove("1.weight");
        weights["3.bias"] = torch.zeros(7);
        string message = Assert.ThrowsExactly<InvalidDataException>(
            () => Network.Load(NetworkDefinition.MultilayerPerceptron.Bind([1, 28, 28], 10), weights)).Message;
        Assert.Contains("'1.weight' of shape [256, 784], got none", message);
        Assert.Contains("'3.bias' of shape [128], got [7]", message);
        Assert.Contains("'conv.weight'", message);
    }

    private static Dictionary<string, Tensor> Read(PickleFile file) => PyTorchWeights.Read(file.Stream(), null, "file");
}
