using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using SkiaSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Pictures;

[TestClass]
public sealed class AttackPictureTests
{
    private static readonly string[] Names = ["zero", "one", "two", "the third of four classes"];

    [TestMethod]
    public void ALineShowsInputAdversarialInputAndDifference()
    {
        using var scope = NewDisposeScope();
        using var classifier = TestNetworks.Classifier(TestNetworks.Images);
        var (inputs, labels) = (TestNetworks.Uniform([5, 3, 5, 5]), TestNetworks.Classes(5, 4));
        using var result = new FastGradientMethod(Norm.LInfinity, 0.125).Run(classifier, inputs, Goal.Misclassify(labels));

        var grid = new AttackPicture { ClassNames = Names }.Draw(classifier, inputs, result, labels, "Linf");

        Assert.HasCount(5, grid.Rows);
        var before = TestNetworks.Predictions(classifier, inputs);
        for (var row = 0; row < 5; row++)
        {
            var label = (int)labels[row].item<long>();
            var (first, second, difference) = (grid.Rows[row][0]!, grid.Rows[row][1]!, grid.Rows[row][2]!);
            Assert.AreEqual($"is {Short(label)}", first.Captions[0].Text);
            Assert.AreEqual(Reads((int)before[row].item<long>(), label), first.Captions[1]);
            Assert.AreEqual(Reads((int)result.Predictions[row].item<long>(), label), second.Captions[1]);
            Assert.AreEqual(FormattableString.Invariant($"Linf {result.Size[row].to(ScalarType.Float64).item<double>():G3}"), difference.Captions[0].Text);
            Assert.AreEqual((result.Inputs[row] - inputs[row]).sum([0]).abs().max().item<float>(), difference.Magnitude, 1e-6);
            Assert.IsTrue(difference.IsSigned);
        }
    }

    [TestMethod]
    public void LargeImagesAreShrunkToMeansAndLargestDifferences()
    {
        const int Height = 164, Width = 170, Factor = 3;
        using var scope = NewDisposeScope();
        var classifier = new Dark([1, Height, Width]);
        var inputs = TestNetworks.Uniform([1, 1, Height, Width]);
        var attacked = (inputs + (0.1 * (TestNetworks.Uniform([1, 1, Height, Width], seed: 3) - 0.5))).clamp(0, 1);
        using var result = Result(attacked);

        var grid = new AttackPicture().Draw(classifier, inputs, result, zeros(1, ScalarType.Int64), "Linf");

        Assert.AreEqual((57, 55), grid.Rows[0][0]!.Size);
        var (pixels, differences) = (inputs[0, 0], attacked[0, 0] - inputs[0, 0]);
        using var drawn = grid.Rows[0][0]!.Draw(1);
        var tile = grid.Rows[0][2]!;
        using var changes = tile.Draw(tile.Magnitude);
        foreach (var (x, y) in new[] { (0, 0), (20, 31), (56, 54), (56, 0) })
        {
            var block = (TensorIndex.Slice(y * Factor, Math.Min(Height, (y + 1) * Factor)), TensorIndex.Slice(x * Factor, Math.Min(Width, (x + 1) * Factor)));
            Assert.AreEqual(255 * pixels[block.Item1, block.Item2].mean().item<float>(), drawn.GetPixel(x, y).Green, 0.51, $"({x}, {y})");
            var change = differences[block.Item1, block.Item2].flatten();
            var largest = change[change.abs().argmax()].item<float>();
            var (expected, actual) = (DivergingColours.Of(largest / tile.Magnitude), changes.GetPixel(x, y));
            Assert.IsLessThanOrEqualTo(1, Math.Abs(expected.Red - actual.Red), $"({x}, {y})");
            Assert.IsLessThanOrEqualTo(1, Math.Abs(expected.Blue - actual.Blue), $"({x}, {y})");
        }
    }

    [TestMethod]
    [DataRow(64)]
    [DataRow(224)]
    public void PhotographsStaySmall(int side)
    {
        using var scope = NewDisposeScope();
        var inputs = TestNetworks.Uniform([6, 3, side, side]);
        using var result = Result((inputs + (0.06 * (TestNetworks.Uniform([6, 3, side, side], seed: 3) - 0.5))).clamp(0, 1));

        var png = new AttackPicture().Draw(new Dark([3, side, side]), inputs, result, zeros(6, ScalarType.Int64), "Linf").ToPng();

        Assert.IsLessThan(300_000, png.Length);
    }

    [TestMethod]
    public void NothingIsLeftBehind()
    {
        using var classifier = TestNetworks.Classifier(TestNetworks.Images);
        using var inputs = TestNetworks.Uniform([2, 3, 5, 5]);
        using var labels = TestNetworks.Classes(2, 4);
        using var result = new FastGradientMethod(Norm.LInfinity, 0.1).Run(classifier, inputs, Goal.Misclassify(labels));

        LiveTensors.AssertNoneLeft(() =>
        {
            new AttackPicture().Draw(classifier, inputs, result, labels, "Linf");
            return [];
        });
        Assert.IsFalse(inputs.IsInvalid || labels.IsInvalid || result.Inputs.IsInvalid);
    }

    [TestMethod]
    [DataRow(new long[] { 8 })]
    [DataRow(new long[] { 1, 1, 8 })]
    [DataRow(new long[] { 2, 8, 8 })]
    public void WhatIsNoImageIsRefused(long[] shape)
    {
        using var scope = NewDisposeScope();
        using var result = Result(zeros([1, .. shape]));
        var classifier = new Dark(shape);

        Assert.IsFalse(AttackPicture.CanDraw(classifier));
        var error = Assert.ThrowsExactly<ArgumentException>(
            () => new AttackPicture().Draw(classifier, zeros([1, .. shape]), result, zeros(1, ScalarType.Int64), "Linf"));
        StringAssert.Contains(error.Message, $"got one that reads [{string.Join(", ", shape)}]");
    }

    [TestMethod]
    public void ThereIsANamePerClass()
    {
        using var scope = NewDisposeScope();
        using var result = Result(zeros(1, 4, 4));
        var error = Assert.ThrowsExactly<ArgumentException>(
            () => new AttackPicture { ClassNames = Names }.Draw(new Dark([4, 4]), zeros(1, 4, 4), result, zeros(1, ScalarType.Int64), "L2"));
        StringAssert.Contains(error.Message, "Expected 2 class names, one per class, got 4");
    }

    private static string Short(int label) => label == 3 ? "the third of …" : Names[label];

    private static PictureCaption Reads(int prediction, int label) =>
        new($"reads {Short(prediction)}", prediction == label ? PictureTone.Right : PictureTone.Wrong);

    private static AttackResult Result(Tensor inputs)
    {
        var rows = inputs.shape[0];
        return new(
            inputs, ones(rows, ScalarType.Bool), zeros(rows, ScalarType.Bool), ones(rows, ScalarType.Int64), zeros(rows),
            zeros(rows, ScalarType.Bool), wasCancelled: false);
    }

    /// <summary>Calls everything dark.</summary>
    private sealed class Dark(long[] shape) : IClassifier
    {
        public InputBounds Bounds => InputBounds.Unit;

        public IReadOnlyList<long> InputShape => shape;

        public int ClassCount => 2;

        public ScalarType ElementType => ScalarType.Float32;

        public Device Device => CPU;

        public Tensor Logits(Tensor inputs) => tensor(new float[] { 1, 0 }).expand(inputs.shape[0], 2);
    }
}
