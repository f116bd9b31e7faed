using Microsoft.ML.Adversarial.Networks.Layers;

namespace Microsoft.ML.Adversarial.Networks;

[TestClass]
public sealed class NetworkDefinitionTests
{
    public static IEnumerable<object[]> Presets =>
    [
        [NetworkDefinition.MultilayerPerceptron, new long[] { 1, 28, 28 }, 235_146L],
        [NetworkDefinition.MultilayerPerceptron, new long[] { 20 }, 39_562L],
        [NetworkDefinition.SmallConvNet, new long[] { 1, 28, 28 }, 80_202L],
        [NetworkDefinition.PapernotMnist, new long[] { 1, 28, 28 }, 312_202L],
        [NetworkDefinition.PapernotCifar, new long[] { 3, 32, 32 }, 1_147_978L],
        [NetworkDefinition.ResNet, new long[] { 3, 32, 32 }, 78_042L],
    ];

    [TestMethod]
    [DynamicData(nameof(Presets))]
    public void PresetsHaveTheWeightsOfTheirArchitecture(NetworkDefinition preset, long[] input, long parameters)
    {
        NetworkDefinition bound = preset.Bind(input, 10);

        Assert.IsNull(preset.InputShape);
        Assert.IsNull(preset.ClassCount);
        CollectionAssert.AreEqual(input, bound.InputShape!.ToArray());
        Assert.AreEqual(10, ((LinearLayer)bound.Layers[^1]).Features);
        string[] statistics = ["running_mean", "running_var", "num_batches_tracked"];
        Assert.AreEqual(
            parameters,
            bound.State().Where(tensor => !statistics.Any(tensor.Name.EndsWith)).Sum(tensor => TensorShape.ElementCount(tensor.Shape)));
        Assert.AreEqual(bound.ToJson(), NetworkDefinition.FromJson(bound.ToJson()).Bind().ToJson());
    }

    [TestMethod]
    public void ShapeErrorsNameTheLayerAndWhatArrived()
    {
        AssertMisfit([new Conv2dLayer(4, 3), new LinearLayer()], "layers[1] (Linear)", "[4, 6, 6]", "Flatten");
        AssertMisfit([new FlattenLayer(), new Conv2dLayer(4, 3), new LinearLayer()], "layers[1] (Conv2d)", "[64]", "[channels, height,");
        AssertMisfit([new Conv2dLayer(4, 9), new LinearLayer()], "layers[0] (Conv2d)", "[1, 8, 8]", "kernel of 9");
        AssertMisfit([new Conv2dLayer(4, 3, groups: 2), new LinearLayer()], "layers[0] (Conv2d)", "[1, 8, 8]", "groups = 2");
        AssertMisfit([new BatchNorm1dLayer(), new LinearLayer()], "layers[0] (BatchNorm1d)", "[1, 8, 8]", "BatchNorm2d");
        AssertMisfit([new FlattenLayer(), new BatchNorm2dLayer()], "layers[1] (BatchNorm2d)", "[64]", "BatchNorm1d");
        AssertMisfit([new ResidualLayer([new Conv2dLayer(4, 3)])], "layers[0] (Residual)", "[1, 8, 8]", "[4, 6, 6]");
        AssertMisfit([new ResidualLayer([new LinearLayer(3)])], "layers[0].body[0] (Linear)", "[1, 8, 8]", "Flatten");
        AssertMisfit([new FlattenLayer()], "layers[0] (Flatten)", "[64]", "[5]");
        AssertMisfit([new FlattenLayer(), new LinearLayer(), new LinearLayer(5)], "layers[1].features", "nothing", "last Linear");
    }

    [TestMethod]
    public void DeclaredSizesAreRefusedBeforeAnythingIsAllocated()
    {
        AssertMisfit([new FlattenLayer(), new LinearLayer(100_000_000), new LinearLayer()], "layers", "7000000005", "2147483648");
        AssertMisfit([new Conv2dLayer(int.MaxValue, 1), new FlattenLayer()], "layers[0] (Conv2d)", "2147483647", "smaller");
        AssertMisfit([new Conv2dLayer(4, 1, padding: int.MaxValue), new LinearLayer()], "layers[0] (Conv2d)", "[1, 8, 8]", "smaller");
        AssertMisfit(
            [new Conv2dLayer(1_000_000, int.MaxValue, int.MaxValue, int.MaxValue / 2 + 1), new FlattenLayer(), new LinearLayer()],
            "layers", "expected at most", "weights");
    }

    [TestMethod]
    public void DataMayBeFlatButNotReordered()
    {
        NetworkDefinition image = NetworkDefinition.SmallConvNet with { InputShape = [3, 32, 32] };
        CollectionAssert.AreEqual(new long[] { 3, 32, 32 }, image.Bind([3072], 10).InputShape!.ToArray());
        NetworkDefinition flat = NetworkDefinition.MultilayerPerceptron with { InputShape = [3072] };
        CollectionAssert.AreEqual(new long[] { 3072 }, flat.Bind([3, 32, 32], 10).InputShape!.ToArray());

        var e = Assert.Throws<ArgumentException>(() => image.Bind([32, 32, 3], 10));
        Assert.Contains("[3, 32, 32]", e.Message);
        Assert.Contains("[32, 32, 3]", e.Message);
    }

    [TestMethod]
    public void WhatIsMissingOrContradictsIsNamed()
    {
        NetworkDefinition definition = NetworkDefinition.MultilayerPerceptron;
        Assert.Contains("shape of one input", Assert.Throws<ArgumentException>(() => definition.Bind(null, 3)).Message);
        Assert.Contains("number of classes", Assert.Throws<ArgumentException>(() => definition.Bind([4])).Message);
        NetworkDefinition three = definition with { ClassCount = 3 };
        Assert.Contains("Expected 3 classes", Assert.Throws<ArgumentException>(() => three.Bind([4], 4)).Message);
        Assert.Contains("at least 1", Assert.Throws<ArgumentException>(() => definition.Bind([-1], 4)).Message);
        var e = Assert.ThrowsExactly<NetworkFormatException>(
            () => (definition with { Normalisation = new([0, 0], [1]) }).Bind([3, 4, 4], 4));
        Assert.AreEqual("normalisation.mean", e.Path);
        Assert.Contains("1 value or 3", e.Message);
    }

    [TestMethod]
    public void AFileIsReadBackAndAnOldOneSurvivesAFailure()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "network.json");
        NetworkDefinition.ResNet.Save(path);

        Assert.Throws<NotSupportedException>(() => WholeFile.Write(path, stream =>
        {
            stream.WriteByte(1);
            throw new NotSupportedException();
        }));

        Assert.AreEqual(NetworkDefinition.ResNet.ToJson(), NetworkDefinition.Load(path).ToJson());
        Assert.HasCount(1, Directory.GetFiles(Path.GetDirectoryName(path)!));
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    private static void AssertMisfit(LayerDefinition[] layers, string path, string arrived, string advice)
    {
        NetworkDefinition definition = new() { Layers = layers };
        var e = Assert.ThrowsExactly<NetworkFormatException>(() => definition.Bind([1, 8, 8], 5));
        Assert.AreEqual(path, e.Path);
        Assert.Contains(arrived, e.Message);
        Assert.Contains(advice, e.Message);
    }
}
