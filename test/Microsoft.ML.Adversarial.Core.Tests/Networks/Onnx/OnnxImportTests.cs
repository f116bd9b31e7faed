using Microsoft.ML.Adversarial.Networks.Onnx.Operators;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static Microsoft.ML.Adversarial.Networks.Onnx.OnnxModel;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Onnx;

[TestClass]
public sealed class OnnxImportTests
{
    public static IEnumerable<object[]> Cases => OperatorCases.All.Select((one, index) => new object[] { index, one.Name });

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void OperatorsMeanWhatTheyMeanToOnnxRuntime(int index, string name)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        byte[] model = OperatorCases.All.ElementAt(index).Model.Bytes;
        using OnnxNetwork network = OnnxNetwork.FromBytes(model);
        foreach (int rows in (int[])[1, 4])
        {
            Tensor x = torch.rand([rows, .. network.InputShape], generator: new Generator(3));
            Tensor expected = Runtime.Run(model, x);
            Tensor actual = network.Module.call(x);
            CollectionAssert.AreEqual(expected.shape, actual.shape, name);
            Assert.IsLessThan(1e-5, ((expected - actual).abs() / (expected.abs() + 1)).max().item<float>(), name);
        }
    }

    [TestMethod]
    public void EveryOperatorHasACase()
    {
        HashSet<string> used = [.. OperatorCases.All.SelectMany(one => one.Model.Graph.Node).Select(node => node.OpType)];
        string[] missing = [.. OnnxOperatorTable.All.Select(row => row.Name).Where(name => !used.Contains(name) && name is not "Constant" and not "Softmax")];
        Assert.IsEmpty(missing, string.Join(", ", missing));
    }

    [TestMethod]
    public void ConstantNodesAreFolded()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        OnnxModel model = new OnnxModel(13, 5).Node("Constant", [], "a", A("value_float", 2.0)).Node("Constant", [], "b", OnnxWriter.Attribute("value_ints", [1L, 5]))
            .Node("Mul", ["x", "a"], "y").Node("Reshape", ["y", "b"], "z");
        model.Graph.Node[^1].Input[1] = "c";
        model.Node("Constant", [], "c", OnnxWriter.Attribute("value_ints", [-1L, 5])).Node("Identity", ["z"], "logits");
        AssertLikeRuntime(model);
    }

    [TestMethod]
    [DataRow("Softmax")]
    [DataRow("LogSoftmax")]
    public void ASoftmaxAtTheEndIsLeftOut(string name)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        OnnxModel model = new OnnxModel(13, 5).Weight("w", [5, 3]).Node("MatMul", ["x", "w"], "z").Node(name, ["z"], "logits");
        using OnnxNetwork network = OnnxNetwork.FromBytes(model.Bytes);
        Tensor x = torch.rand(4, 5);
        Tensor logits = network.Module.call(x);
        Assert.IsTrue(network.IsSoftmaxRemoved);
        Tensor expected = Runtime.Run(model.Bytes, x);
        Assert.IsLessThan(1e-6, ((name == "Softmax" ? logits.softmax(1) : nn.functional.log_softmax(logits, 1)) - expected).abs().max().item<float>());
        Assert.IsGreaterThan(1e-3, (logits - expected).abs().max().item<float>());
    }

    [TestMethod]
    public void RowsThatTheExporterFixedAreFreed()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        OnnxModel model = new OnnxModel(13, 2, 3).Integers("s", 1, -1).Node("Reshape", ["x", "s"], "logits");
        model.Graph.Input[0].Type.TensorType.Shape.Dim[0] = new Format.TensorShapeProto.Types.Dimension { DimValue = 1 };
        using OnnxNetwork network = OnnxNetwork.FromBytes(model.Bytes);
        Tensor x = torch.rand(4, 2, 3);
        Assert.IsTrue(network.Module.call(x).eq(x.flatten(1)).all().item<bool>());
    }

    [TestMethod]
    public void RowsThatDependOnEachOtherAreRefused()
    {
        OnnxModel model = new OnnxModel(13, 5).Node("ReduceMean", ["x"], "m", A("axes", [0L])).Node("Sub", ["x", "m"], "logits");
        Assert.Contains("depend on each other", Assert.ThrowsExactly<NotSupportedException>(() => OnnxNetwork.FromBytes(model.Bytes)).Message);
    }

    [TestMethod]
    public void ASoftmaxOverTheRowsIsNotTakenForTheClasses()
    {
        OnnxModel model = new OnnxModel(13, 5).Node("Softmax", ["x"], "logits", A("axis", 0L));
        Assert.Contains("depend on each other", Assert.ThrowsExactly<NotSupportedException>(() => OnnxNetwork.FromBytes(model.Bytes)).Message);
    }

    [TestMethod]
    public void WeightsTrainAndOtherConstantsDoNot()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        OnnxModel model = new OnnxModel(13, 5).Weight("mean", [5]).Weight("w", [5, 3]).Weight("b", [3]).Node("Sub", ["x", "mean"], "c")
            .Node("MatMul", ["c", "w"], "p").Node("Add", ["p", "b"], "logits");
        using OnnxNetwork network = OnnxNetwork.FromBytes(model.Bytes);
        CollectionAssert.AreEquivalent(new long[] { 15, 3 }, network.Module.parameters().Select(parameter => parameter.numel()).ToArray());
        network.Module.call(torch.rand(4, 5)).square().sum().backward();
        Assert.IsTrue(network.Module.parameters().All(parameter => parameter.grad!.abs().max().item<float>() > 0));
    }

    [TestMethod]
    public void NothingIsLeftAlive()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        byte[] model = OperatorCases.All.First(one => one.Name == "Conv, asymmetric pads").Model.Bytes;
        Tensor x = torch.rand(2, 4, 9, 10);
        int before = scope.DisposablesCount;
        using OnnxNetwork network = OnnxNetwork.FromBytes(model);
        Assert.AreEqual(before, scope.DisposablesCount);
        LiveTensors.AssertNoneLeft(() => [network.Module.call(x)]);
    }

    [TestMethod]
    public void AGraphLeavesNothingAlive()
    {
        using OnnxNetwork network = OnnxNetwork.FromBytes(OperatorCases.All.First(one => one.Name == "MatMul read twice").Model.Bytes);
        using Tensor x = torch.rand(2, 5);
        LiveTensors.AssertNoneLeft(() => [network.Module.call(x)]);
    }

    [TestMethod]
    public void AnUnknownOperatorIsNamedWithItsNode()
    {
        OnnxModel model = new OnnxModel(13, 5).Node("NonMaxSuppression", ["x"], "logits");
        string message = Assert.ThrowsExactly<NotSupportedException>(() => OnnxNetwork.FromBytes(model.Bytes)).Message;
        Assert.Contains("'n0' (NonMaxSuppression)", message);
    }

    [TestMethod]
    public void AnUnknownAttributeIsNeverIgnored()
    {
        OnnxModel model = new OnnxModel(13, 5).Node("Relu", ["x"], "logits", A("slope", 0.5));
        Assert.Contains("'slope'", Assert.ThrowsExactly<NotSupportedException>(() => OnnxNetwork.FromBytes(model.Bytes)).Message);
    }

    private static void AssertLikeRuntime(OnnxModel model)
    {
        using OnnxNetwork network = OnnxNetwork.FromBytes(model.Bytes);
        Tensor x = torch.rand([3, .. network.InputShape]);
        Assert.IsLessThan(1e-6, (Runtime.Run(model.Bytes, x) - network.Module.call(x)).abs().max().item<float>());
    }
}
