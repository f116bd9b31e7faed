using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Explanations;

/// <summary>What every attribution promises.</summary>
[TestClass]
public sealed class AttributionContract
{
    private const int Rows = 6;

    public static IEnumerable<object[]> Names => AttributionDescription.Names.Select(name => new object[] { name });

    public static IEnumerable<object[]> NamesAndOutputs =>
        AttributionDescription.Names.SelectMany(name => AttributionTable.Outputs.Select(output => new object[] { name, output }));

    [TestMethod]
    public void EveryAttributionOfTheTableHasANameAndEveryNameAnAttribution() => CollectionAssert.AreEqual(
        AttributionDescription.Names.ToArray(),
        AttributionTable.All.Select(one => AttributionDescription.Of(one).Name).Order(StringComparer.Ordinal).ToArray());

    [TestMethod]
    public void DescriptionsReadBack()
    {
        foreach (var attribution in AttributionTable.All)
        {
            Assert.AreEqual(attribution, AttributionDescription.Of(attribution).Create());
        }

        foreach (var output in AttributionTable.Outputs)
        {
            Assert.AreEqual(output, ExplainedOutput.Parse(output).ToString());
        }

        Assert.ThrowsExactly<FormatException>(() => ExplainedOutput.Parse("class:-1"));
    }

    [TestMethod]
    [DynamicData(nameof(NamesAndOutputs))]
    public void ARowIsExplainedAlikeInAnyBatch(string name, string output)
    {
        using var scope = NewDisposeScope();
        using var classifier = TestNetworks.Classifier(TestNetworks.Images);
        var (inputs, labels) = (TestNetworks.Uniform([Rows, 3, 5, 5]), TestNetworks.Classes(Rows, 4));
        var attribution = Named(name);
        long[] keys = [7, 3, 9, 1, 4, 4];
        var together = attribution.Attribute(classifier, inputs, ExplainedOutput.Parse(output), labels, seed: 3, rowKeys: keys);
        for (var row = 0; row < Rows; row++)
        {
            var alone = attribution.Attribute(
                classifier, inputs.narrow(0, row, 1), ExplainedOutput.Parse(output), labels.narrow(0, row, 1), seed: 3, rowKeys: [keys[row]]);
            AssertClose(together.narrow(0, row, 1), alone, 1e-5);
        }
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void FlatInputsAreExplainedAsShapedOnes(string name)
    {
        using var scope = NewDisposeScope();
        using var classifier = TestNetworks.Classifier(TestNetworks.Images);
        var inputs = TestNetworks.Uniform([Rows, 3, 5, 5]);
        var shaped = Named(name).Attribute(classifier, inputs);
        var flat = Named(name).Attribute(classifier, inputs.flatten(1));
        CollectionAssert.AreEqual(new long[] { Rows, 75 }, flat.shape);
        Assert.AreEqual(0, (shaped.flatten(1) - flat).abs().max().item<float>());
        CollectionAssert.AreEqual(new long[] { 0, 3, 5, 5 }, Named(name).Attribute(classifier, inputs.narrow(0, 0, 0)).shape);
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void EverythingIsLeftAsFoundAndNothingIsLeftBehind(string name)
    {
        using var classifier = TestNetworks.Classifier(TestNetworks.Images);
        using var inputs = TestNetworks.Uniform([Rows, 3, 5, 5]);
        using var labels = TestNetworks.Classes(Rows, 4);
        var untouched = new Untouched(classifier.Module, inputs, labels);
        LiveTensors.AssertNoneLeft(() => [Named(name).Attribute(classifier, inputs, ExplainedOutput.Loss, labels)]);
        untouched.Verify();
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void BadInputsAreRefused(string name)
    {
        using var scope = NewDisposeScope();
        using var classifier = TestNetworks.Classifier(TestNetworks.Images);
        var inputs = TestNetworks.Uniform([Rows, 3, 5, 5]);
        var attribution = Named(name);
        var broken = inputs.clone();
        broken[2, 1, 0, 3] = double.NaN;
        Assert.AreEqual(2, Assert.ThrowsExactly<AdversarialInputException>(() => attribution.Attribute(classifier, broken)).Row);
        Assert.Contains("got none", Refused(() => attribution.Attribute(classifier, inputs, ExplainedOutput.Label)));
        Assert.Contains("between 0 and 3", Refused(() => attribution.Attribute(classifier, inputs, ExplainedOutput.OfClass(4))));
        Assert.Contains("6 row keys", Refused(() => attribution.Attribute(classifier, inputs, rowKeys: [1])));
        Assert.Contains("[N, 3, 5, 5]", Refused(() => attribution.Attribute(classifier, TestNetworks.Uniform([2, 3, 5, 4]))));
        Assert.Contains("Float32", Refused(() => attribution.Attribute(classifier, inputs.to(ScalarType.Float64))));
        Assert.AreEqual(1, Assert.ThrowsExactly<AdversarialInputException>(() => attribution.Attribute(
            classifier, inputs, ExplainedOutput.Loss, tensor(new long[] { 0, 4, 1, 2, 3, 0 }))).Row);
    }

    internal static void AssertClose(Tensor expected, Tensor actual, double tolerance)
    {
        using var scope = NewDisposeScope();
        var exact = expected.to(ScalarType.Float64);
        var largest = exact.abs().max().item<double>();
        var difference = (exact - actual.to(ScalarType.Float64)).abs().max().item<double>();
        Assert.IsLessThanOrEqualTo(tolerance * Math.Max(largest, 1e-12), difference, $"difference {difference} of values up to {largest}");
    }

    private static GradientAttribution Named(string name) => AttributionTable.All.Single(one => AttributionDescription.Of(one).Name == name);

    private static string Refused(Func<Tensor> call) => Assert.ThrowsExactly<ArgumentException>(() => call()).Message;
}
