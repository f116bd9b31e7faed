using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Networks.Layers;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Explanations;

[TestClass]
public sealed class ConfusingLogitsTests
{
    [TestMethod]
    public void EachRowIsAboutItsOwnTwoClasses()
    {
        using var scope = NewDisposeScope();
        using var classifier = new NetworkClassifier(Golden.Network("cnn"), InputBounds.Unit);
        var inputs = Mnist.Images(16);
        var together = new ConfusingLogits { Steps = 3 }.Compute(classifier, inputs);
        Assert.IsGreaterThan(4, together.First.unique().output.shape[0]);
        for (var row = 0; row < 16; row++)
        {
            var image = inputs.narrow(0, row, 1);
            var sorted = together.Logits[row].sort(descending: true);
            Assert.AreEqual(sorted.Indices[0].item<long>(), together.First[row].item<long>());
            Assert.AreEqual(sorted.Indices[1].item<long>(), together.Second[row].item<long>());
            Assert.AreEqual((sorted.Values[0] - sorted.Values[1]).item<float>(), together.Gap[row].item<float>());
            AttributionContract.AssertClose(
                new InputGradient().Attribute(classifier, image, ExplainedOutput.OfClass((int)together.First[row].item<long>())),
                together.FirstGradient.narrow(0, row, 1), 1e-5);
            AttributionContract.AssertClose(
                new InputGradient().Attribute(classifier, image, ExplainedOutput.RunnerUp), together.SecondGradient.narrow(0, row, 1), 1e-5);
        }
    }

    [TestMethod]
    public void MovedInputsHaveTheLargerLogitAndStayWithinBoundsAndDistance()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var classifier = new NetworkClassifier(Golden.Network("cnn"), InputBounds.Unit);
        var inputs = Mnist.Images(32);
        using var result = new ConfusingLogits { ProjectionFactor = 1 }.Compute(classifier, inputs);
        foreach (var (moved, classes) in new[] { (result.TowardsFirst, result.First), (result.TowardsSecond, result.Second) })
        {
            var gained = (classifier.Logits(moved) - result.Logits).gather(1, classes.unsqueeze(1));
            Assert.IsGreaterThan(0, gained.min().item<float>());
            Assert.IsTrue(moved.greater_equal(0).logical_and(moved.less_equal(1)).all().item<bool>());
            var distance = (moved - inputs).flatten(1).norm(1).max().item<float>();
            Assert.IsTrue(distance is > 0.2f and <= 1.00001f, $"moved by {distance}");
        }
    }

    [TestMethod]
    public void InStepsOnlyAsFarAsTheFlip()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var classifier = new NetworkClassifier(Golden.Network("mlp"), InputBounds.Unit);
        var inputs = Mnist.Images(16);
        var look = new ConfusingLogits { ProjectionFactor = 6, Steps = 60, MaximumLogitDifference = 0.5 };
        using var result = look.Compute(classifier, inputs);
        var logits = classifier.Logits(result.TowardsSecond);
        var best = logits.topk(2, 1);
        Assert.IsTrue(logits.argmax(1).equal(result.Second).all().item<bool>(), "not every row became its second class");
        var margins = (best.values.select(1, 0) - best.values.select(1, 1)).data<float>().ToArray();
        Assert.IsTrue(margins.All(margin => margin >= 0.5f), "a row stopped before the margin");
        Assert.IsLessThan(4, margins.Average(), "rows went on after the margin");

        // Rows that are sure of their first class already stay where their first step took them.
        var towardsFirst = (result.TowardsFirst - inputs).flatten(1).norm(1);
        var isSure = result.Gap.greater_equal(0.5);
        Assert.IsLessThanOrEqualTo(0.1001, towardsFirst.masked_select(isSure).max().item<float>());
    }

    [TestMethod]
    public void ARowIsConfusingByItsOwnLogits()
    {
        using var scope = NewDisposeScope();
        using var classifier = TestNetworks.Classifier(new() { InputShape = [3], ClassCount = 3, Layers = [new LinearLayer()] }, InputBounds.Unbounded);
        using (no_grad())
        {
            classifier.Module.get_parameter("0.weight")!.copy_(eye(3));
            classifier.Module.get_parameter("0.bias")!.zero_();
        }

        var inputs = tensor(new float[,] { { 6, 5.5f, 0 }, { 6, 4.9f, 0 }, { 5, 5, 5 }, { 9, 7.9f, 0 }, { 0, 9, 8 } });
        using var result = new ConfusingLogits().Compute(classifier, inputs);
        CollectionAssert.AreEqual(new[] { true, false, true, false, true }, result.IsConfusing.data<bool>().ToArray());
        using var narrow = new ConfusingLogits { MinimumLogit = 5.2, MaximumLogitDifference = 0.6 }.Compute(classifier, inputs);
        CollectionAssert.AreEqual(new[] { true, false, false, false, false }, narrow.IsConfusing.data<bool>().ToArray());
    }

    [TestMethod]
    public void OutputsThatAreNoLogitsAreRefused()
    {
        using var scope = NewDisposeScope();
        var inputs = TestNetworks.Uniform([4, 6]);
        foreach (nn.Module<Tensor, Tensor> last in new nn.Module<Tensor, Tensor>[] { nn.Softmax(1), nn.LogSoftmax(1) })
        {
            using var module = nn.Sequential(nn.Linear(6, 3), last);
            module.eval();
            using var classifier = new NetworkClassifier(module, [6], 3, InputBounds.Unit);
            var message = Assert.ThrowsExactly<ArgumentException>(() => new ConfusingLogits().Compute(classifier, inputs)).Message;
            Assert.Contains("Leave the last softmax out", message);
        }
    }

    [TestMethod]
    public void EverythingIsLeftAsFoundAndNothingIsLeftBehind()
    {
        using var classifier = TestNetworks.Classifier(TestNetworks.Images);
        using var inputs = TestNetworks.Uniform([5, 3, 5, 5]);
        var untouched = new Untouched(classifier.Module, inputs);
        LiveTensors.AssertNoneLeft(() =>
        {
            var result = new ConfusingLogits { Steps = 2 }.Compute(classifier, inputs);
            return
            [
                result.Logits, result.First, result.Second, result.Gap, result.IsConfusing, result.FirstGradient, result.SecondGradient,
                result.TowardsFirst, result.TowardsSecond,
            ];
        });
        untouched.Verify();
        using var flat = inputs.flatten(1);
        using var none = new ConfusingLogits().Compute(classifier, flat.narrow(0, 0, 0));
        CollectionAssert.AreEqual(new long[] { 0, 75 }, none.TowardsSecond.shape);
    }

    [TestMethod]
    public void BadInputsAndSettingsAreRefused()
    {
        using var scope = NewDisposeScope();
        using var classifier = TestNetworks.Classifier(TestNetworks.Images);
        var broken = TestNetworks.Uniform([5, 3, 5, 5]);
        broken[3, 0, 0, 0] = double.PositiveInfinity;
        Assert.AreEqual(3, Assert.ThrowsExactly<AdversarialInputException>(() => new ConfusingLogits().Compute(classifier, broken)).Row);
        Assert.ThrowsExactly<ArgumentException>(() => new ConfusingLogits().Compute(classifier, TestNetworks.Uniform([5, 7])));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ConfusingLogits { MinimumLogit = double.NaN });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ConfusingLogits { MaximumLogitDifference = -1 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ConfusingLogits { ProjectionFactor = 0 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ConfusingLogits { Steps = 0 });
    }
}
