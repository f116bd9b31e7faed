using Microsoft.ML.Adversarial.Networks.Layers;

namespace Microsoft.ML.Adversarial.Networks;

[TestClass]
public sealed class NetworkJsonTests
{
    public static IEnumerable<object[]> Cases => LayerCases.All.Select((one, index) => new object[] { index, one.Layer.Type });

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void EveryLayerSurvivesARoundTrip(int index, string type)
    {
        LayerDefinition layer = LayerCases.All[index].Layer;
        NetworkDefinition definition = new() { Layers = [layer, new LinearLayer()] };

        string json = definition.ToJson();
        NetworkDefinition read = NetworkDefinition.FromJson(json);

        Assert.AreEqual(type, read.Layers[0].Type);
        Assert.HasCount(8, json.TrimEnd().Split('\n'), "one line per layer");
        Assert.AreEqual(json, read.ToJson());
        if (layer is not ResidualLayer)
        {
            Assert.AreEqual(layer, read.Layers[0]);
        }

        foreach (string property in LayerTable.Types.Single(row => row.Name == type).Properties)
        {
            Assert.Contains($"\"{property}\"", json);
        }
    }

    [TestMethod]
    public void OmittedOptionsAreThoseOfPyTorch()
    {
        NetworkDefinition read = NetworkDefinition.FromJson(
            """
            {
              // Comments and trailing commas are for people.
              "format": "adversarial-network", "version": 1,
              "layers": [
                {"type": "Conv2d", "channels": 4, "kernel": [3, 5]}, {"type": "BatchNorm2d"}, {"type": "MaxPool2d", "kernel": 3},
                {"type": "AvgPool2d", "kernel": [2, 3]}, {"type": "LeakyReLU"}, {"type": "ELU"}, {"type": "Softplus"}, {"type": "Dropout"},
                {"type": "Linear"},
              ],
            }
            """);

        LayerDefinition[] expected =
        [
            new Conv2dLayer(4, (3, 5), stride: 1, padding: 0, dilation: 1, groups: 1, bias: true),
            new BatchNorm2dLayer(1e-5, 0.1), new MaxPool2dLayer(3, stride: 3, padding: 0, dilation: 1),
            new AvgPool2dLayer((2, 3), stride: (2, 3), padding: 0), new LeakyReLULayer(0.01), new ELULayer(1), new SoftplusLayer(1, 20),
            new DropoutLayer(0.5), new LinearLayer(null, bias: true),
        ];
        CollectionAssert.AreEqual(expected, read.Layers.ToArray());
        Assert.IsNull(read.InputShape);
        Assert.IsNull(read.ClassCount);
        Assert.IsNull(read.Normalisation);
    }

    [TestMethod]
    public void InputClassesAndNormalisationSurviveARoundTrip()
    {
        NetworkDefinition read = NetworkDefinition.FromJson((NetworkDefinition.ResNet with
        {
            InputShape = [3, 32, 32],
            ClassCount = 10,
            Normalisation = new([0.1, 1.0 / 3, -2], [0.3081]),
        }).ToJson());

        CollectionAssert.AreEqual(new long[] { 3, 32, 32 }, read.InputShape!.ToArray());
        Assert.AreEqual(10, read.ClassCount);
        CollectionAssert.AreEqual(new[] { 0.1, 1.0 / 3, -2 }, read.Normalisation!.Mean.ToArray());
        CollectionAssert.AreEqual(new[] { 0.3081 }, read.Normalisation.StandardDeviation.ToArray());
        Assert.HasCount(12, read.Layers);
    }

    [TestMethod]
    [DataRow("""{"type": "Conv3d"}""", "layers[0].type", "Conv2d, BatchNorm1d", "\"Conv3d\"")]
    [DataRow("""{"type": "Conv2d", "channels": 8, "kernal": 3}""", "layers[0].kernal", "channels, kernel, stride", "\"kernal\"")]
    [DataRow("""{"type": "ReLU", "inplace": true}""", "layers[0].inplace", "one of type", "\"inplace\"")]
    [DataRow("""{"type": "Conv2d", "kernel": 3}""", "layers[0].channels", "a whole number", "nothing")]
    [DataRow("""{"type": "Conv2d", "channels": 8}""", "layers[0].kernel", "[height, width]", "nothing")]
    [DataRow("""{"type": "Conv2d", "channels": 8, "kernel": 0}""", "layers[0].kernel", "at least 1", "0")]
    [DataRow("""{"type": "Conv2d", "channels": 8, "kernel": "3"}""", "layers[0].kernel", "a whole number", "\"3\"")]
    [DataRow("""{"type": "Conv2d", "channels": 8, "kernel": [3]}""", "layers[0].kernel", "[height, width]", "[3]")]
    [DataRow("""{"type": "Conv2d", "channels": 8, "kernel": [3, 0]}""", "layers[0].kernel", "at least 1", "[3, 0]")]
    [DataRow("""{"type": "Conv2d", "channels": 8.5, "kernel": 3}""", "layers[0].channels", "a whole number", "8.5")]
    [DataRow("""{"type": "Conv2d", "channels": 99999999999, "kernel": 3}""", "layers[0].channels", "2147483647", "99999999999")]
    [DataRow("""{"type": "Conv2d", "channels": 8, "kernel": 3, "groups": 3}""", "layers[0].channels", "a multiple of groups = 3", "8")]
    [DataRow("""{"type": "Conv2d", "channels": 8, "kernel": 3, "padding": -1}""", "layers[0].padding", "at least 0", "-1")]
    [DataRow("""{"type": "Conv2d", "channels": 8, "kernel": 3, "bias": 1}""", "layers[0].bias", "true or false", "1")]
    [DataRow("""{"type": "Conv2d", "channels": 8, "kernel": null}""", "layers[0].kernel", "a whole number", "null")]
    [DataRow("""{"type": "MaxPool2d", "kernel": 2, "padding": 2}""", "layers[0].padding", "half of kernel", "2")]
    [DataRow("""{"type": "Dropout", "probability": 1.5}""", "layers[0].probability", "below 1", "1.5")]
    [DataRow("""{"type": "BatchNorm2d", "eps": -1}""", "layers[0].eps", "greater than 0", "-1")]
    [DataRow("""{"type": "LeakyReLU", "negativeSlope": "a"}""", "layers[0].negativeSlope", "a number", "\"a\"")]
    [DataRow("""{"type": "Linear"}, {"type": "ReLU"}""", "layers[0].features", "the number of outputs", "nothing")]
    [DataRow("""{"type": "Residual", "body": [{"type": "Linear"}]}""", "layers[0].body[0].features", "the number of outputs", "nothing")]
    [DataRow("""{"type": "Residual", "body": []}""", "layers[0].body", "at least one layer", "none")]
    [DataRow("""{"type": "Residual"}""", "layers[0].body", "a list of layers", "nothing")]
    [DataRow("""{"type": "ReLU"}, {"type": "Residual", "body": [{"type": "Tanh"}], "shortcut": [{"type": "x"}]}""",
        "layers[1].shortcut[0].type", "Linear, Conv2d", "\"x\"")]
    [DataRow("""{"channels": 8}""", "layers[0].type", "the name of a layer", "nothing")]
    [DataRow("""{"type": 5}""", "layers[0].type", "a string", "5")]
    [DataRow("\"ReLU\"", "layers[0]", "a JSON object", "\"ReLU\"")]
    public void LayerErrorsNameThePlace(string layer, string path, string expected, string got) =>
        AssertRefused(
            $$"""{"format": "adversarial-network", "version": 1, "layers": [{{layer}}, {"type": "Linear"}]}""",
            path, expected, got);

    [TestMethod]
    [DataRow("""{"version": 1, "layers": []}""", "format", "\"adversarial-network\"", "nothing")]
    [DataRow("""{"format": "onnx", "version": 1}""", "format", "\"adversarial-network\"", "\"onnx\"")]
    [DataRow("""{"format": "adversarial-network", "layers": []}""", "version", "a whole number", "nothing")]
    [DataRow("""{"format": "adversarial-network", "version": 2, "novelty": 0}""", "version", "1", "2")]
    [DataRow("""{"format": "adversarial-network", "version": 1}""", "layers", "a list of layers", "nothing")]
    [DataRow("""{"format": "adversarial-network", "version": 1, "layers": []}""", "layers", "at least one layer", "none")]
    [DataRow("""{"format": "adversarial-network", "version": 1, "layers": {}}""", "layers", "a list", "{}")]
    [DataRow("""{"format": "adversarial-network", "version": 1, "layer": []}""", "layer", "layers", "\"layer\"")]
    [DataRow("""{"format": "adversarial-network", "version": 1, "classes": 1, "layers": [{"type": "Linear"}]}""",
        "classes", "at least 2", "1")]
    [DataRow("""{"format": "adversarial-network", "version": 1, "input": [0], "layers": [{"type": "Linear"}]}""",
        "input", "at least 1", "[0]")]
    [DataRow("""{"format": "adversarial-network", "version": 1, "input": ["a"], "layers": [{"type": "Linear"}]}""",
        "input", "whole numbers", "a")]
    [DataRow("""{"format": "adversarial-network", "version": 1, "input": [65536, 65536], "layers": [{"type": "Linear"}]}""",
        "input", "2147483648", "[65536, 65536]")]
    [DataRow("""{"format": "adversarial-network", "version": 1, "normalisation": {"mean": [0]}, "layers": [{"type": "Linear"}]}""",
        "normalisation.standardDeviation", "a list of numbers", "nothing")]
    [DataRow("""{"format": "adversarial-network", "version": 1, "normalisation": {"mean": [0], "standardDeviation": [0]}, "layers": []}""",
        "normalisation.standardDeviation", "greater than 0", "0")]
    [DataRow("""{"format": "adversarial-network", "version": 1, "normalisation": {"mean": [0], "std": [1]}, "layers": []}""",
        "normalisation.std", "mean, standardDeviation", "\"std\"")]
    [DataRow("""{"format": "adversarial-network", "version": 1, "version": 1}""", "the definition", "without repeated", "version")]
    [DataRow("""{"format": "adversarial-network", """, "the definition", "JSON", "line 1")]
    [DataRow("[]", "the definition", "a JSON object", "[]")]
    [DataRow("", "the definition", "JSON", "line 1")]
    public void DefinitionErrorsNameThePlace(string json, string path, string expected, string got) =>
        AssertRefused(json, path, expected, got);

    [TestMethod]
    public void ANewerVersionSaysToUpdate()
    {
        var e = Assert.ThrowsExactly<NetworkFormatException>(
            () => NetworkDefinition.FromJson("""{"format": "adversarial-network", "version": 2, "layers": []}"""));
        Assert.Contains("update", e.Message);
    }

    [TestMethod]
    public void HostileNestingAndLengthAreRefused()
    {
        const string Open = """{"type": "Residual", "body": [""";
        string deep = string.Concat(Enumerable.Repeat(Open, 20_000))
            + """{"type": "ReLU"}""" + string.Concat(Enumerable.Repeat("]}", 20_000));
        string wide = string.Join(",", Enumerable.Repeat("""{"type": "ReLU"}""", NetworkDefinition.MaximumLayerCount));
        string inner = $$"""{"type": "Residual", "body": [{{wide}}]}""";

        AssertRefused(
            $$"""{"format": "adversarial-network", "version": 1, "layers": [{{deep}}]}""",
            "the definition", "nested at most 64", "");
        AssertRefused(
            $$"""{"format": "adversarial-network", "version": 1, "layers": [{{wide}}, {"type": "Linear"}]}""",
            "layers", "10000", "");
        AssertRefused($$"""{"format": "adversarial-network", "version": 1, "layers": [{{inner}}, {{inner}}]}""", "layers", "10000", "more");
    }

    [TestMethod]
    public void MutatedDefinitionsAreReadOrRefused()
    {
        NetworkDefinition valid = new()
        {
            InputShape = [4, 9, 10],
            ClassCount = 3,
            Normalisation = new([0.5], [0.25]),
            Layers = [.. LayerCases.All.Where(one => one.Input.Length == 3).Select(one => one.Layer), new LinearLayer()],
        };
        string text = valid.ToJson();
        Random random = new(5);
        int refused = 0;
        for (int round = 0; round < 500; round++)
        {
            int at = random.Next(text.Length - 4);
            string mutated = random.Next(3) switch
            {
                0 => text.Remove(at, random.Next(1, 4)),
                1 => text.Insert(at, text.Substring(random.Next(text.Length - 4), random.Next(1, 5))),
                _ => text[..at] + "0123456789[]{}\",:-e."[random.Next(20)] + text[(at + 1)..],
            };
            try
            {
                NetworkDefinition.FromJson(mutated).Bind([4, 9, 10], 3);
            }
            catch (Exception e) when (e is NetworkFormatException or ArgumentException)
            {
                refused++;
            }
        }

        Assert.IsGreaterThan(100, refused);
    }

    private static void AssertRefused(string json, string path, string expected, string got)
    {
        var e = Assert.ThrowsExactly<NetworkFormatException>(() => NetworkDefinition.FromJson(json));
        Assert.AreEqual(path, e.Path);
        Assert.StartsWith(path + ": ", e.Message);
        Assert.Contains(expected, e.Expected);
        Assert.Contains(got, e.Got);
    }
}
