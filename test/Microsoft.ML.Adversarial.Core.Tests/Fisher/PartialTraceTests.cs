using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

[TestClass]
public sealed class PartialTraceTests
{
    public static IEnumerable<object[]> Networks => FisherCases.Names;

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void TheBoundGrowsToTheExactTrace(string name)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(FisherCases.Network(name), InputBounds.Unit);
        Tensor inputs = TestNetworks.Normal([5, .. classifier.InputShape]);
        double[] exact = FisherTraceTests.Scores(new FisherTrace(classifier), inputs);
        double[] before = new double[5];
        for (int classes = 1; classes < classifier.ClassCount; classes++)
        {
            double[] bound = FisherTraceTests.Scores(new FisherTrace(classifier, FisherTraceMethod.LowerBound(classes)), inputs);
            for (int row = 0; row < 5; row++)
            {
                Assert.IsGreaterThanOrEqualTo(before[row] * (1 - 1e-12), bound[row]);
                Assert.IsLessThanOrEqualTo(exact[row] * (1 + 1e-12), bound[row]);
            }

            before = bound;
        }

        FisherTraceTests.AssertClose(exact, before, 1e-10);
        FisherTraceTests.AssertClose(
            exact, FisherTraceTests.Scores(new FisherTrace(classifier, FisherTraceMethod.Estimate(99)), inputs), 1e-10);
    }

    [TestMethod]
    [DataRow("perceptron", 1)]
    [DataRow("perceptron", 3)]
    [DataRow("convolutions", 2)]
    public void TheEstimateIsUnbiased(string name, int probes)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(FisherCases.Network(name), InputBounds.Unit);
        Tensor inputs = TestNetworks.Normal([3, .. classifier.InputShape]);
        double[] exact = FisherTraceTests.Scores(new FisherTrace(classifier), inputs);
        const int Seeds = 300;
        double[][] estimates =
        [
            .. Enumerable.Range(0, Seeds).Select(seed =>
                FisherTraceTests.Scores(new FisherTrace(classifier, FisherTraceMethod.Estimate(1, probes, seed)), inputs)),
        ];
        for (int row = 0; row < 3; row++)
        {
            double mean = estimates.Average(estimate => estimate[row]);
            double deviation = Math.Sqrt(estimates.Average(estimate => Math.Pow(estimate[row] - mean, 2)));
            Assert.AreEqual(exact[row], mean, (4 * deviation / Math.Sqrt(Seeds)) + (1e-9 * exact[row]));
        }
    }

    [TestMethod]
    public void AModuleWithoutRulesIsEstimatedRowByRow()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using nn.Module<Tensor, Tensor> module = UserModules.Create("a bare parameter");
        using NetworkClassifier classifier = new(module, [6], 3, InputBounds.Unbounded);
        Tensor inputs = TestNetworks.Normal([4, 6]);
        FisherTraceTests.AssertClose(
            DenseFisher.TraceOf(module, inputs), FisherTraceTests.Scores(new FisherTrace(classifier, FisherTraceMethod.LowerBound(2)), inputs), 1e-10);
    }

    [TestMethod]
    public void FewerThanOneClassIsRefused()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => FisherTraceMethod.LowerBound(0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => FisherTraceMethod.Estimate(0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => FisherTraceMethod.Estimate(1, 0));
    }

    [TestMethod]
    [DataRow("exact")]
    [DataRow("bound:3")]
    [DataRow("estimate:4:2:-7")]
    public void MethodsAreReadBack(string text) => Assert.AreEqual(text, FisherTraceMethod.Parse(text).ToString());

    [TestMethod]
    [DataRow("predicted")]
    [DataRow("label")]
    [DataRow("class:3")]
    [DataRow("random:-1")]
    public void DirectionsAreReadBack(string text) => Assert.AreEqual(text, FisherDirection.Parse(text).ToString());

    [TestMethod]
    [DataRow("")]
    [DataRow("class:-1")]
    [DataRow("bound:0")]
    [DataRow("estimate:1")]
    [DataRow("random:x")]
    public void OtherTextIsRefused(string text)
    {
        Assert.ThrowsExactly<FormatException>(() => FisherTraceMethod.Parse(text));
        Assert.ThrowsExactly<FormatException>(() => FisherDirection.Parse(text));
    }
}
