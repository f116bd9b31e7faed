using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transformations;

/// <summary>What transformations of single features give, against plain loops; <c>SqueezerTests</c> has those of the median.</summary>
[TestClass]
public sealed class FeatureValueTests
{
    private static readonly ValueRange Range = new(-2, 3);

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    [DataRow(8)]
    public void BitDepthGivesTheNearestOfEvenValues(int bits)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        BitDepthReduction transformation = new() { Bits = bits, Range = Range };
        Tensor inputs = (TestNetworks.Uniform([4, 30], type: ScalarType.Float64) * 7) - 3;
        Tensor result = transformation.Apply(inputs);

        int count = 1 << bits;
        double[] values = [.. Enumerable.Range(0, count).Select(step => -2 + (5.0 * step / (count - 1)))];
        AssertEach(inputs, result, value => [values.MinBy(candidate => Math.Abs(candidate - value))]);
        Assert.IsLessThan(1e-12, (transformation.Apply(result) - result).abs().max().item<double>(), "twice is not once");
    }

    [TestMethod]
    public void AThermometerIsFilledUpToTheValue()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor inputs = (TestNetworks.Uniform([4, 30], type: ScalarType.Float64) * 7) - 3;
        AssertEach(
            inputs, new ThermometerEncoding { Levels = 6, Range = Range }.Apply(inputs),
            value => [.. Enumerable.Range(1, 6).Select(level => value > -2 + (5 * level / 6.0) ? 1.0 : 0)]);

        // The example of Athalye et al., section 5.
        Tensor paper = new ThermometerEncoding { Levels = 10 }.Apply(torch.tensor(new[] { 0.66 }).reshape(1, 1));
        CollectionAssert.AreEqual(new double[] { 1, 1, 1, 1, 1, 1, 0, 0, 0, 0 }, paper.data<double>().ToArray());
    }

    [TestMethod]
    public void TheMedianIsTheSqueezers()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor images = TestNetworks.Normal([2, 3, 6, 5]);
        CollectionAssert.AreEqual(
            SmallNetwork.Bits(Detectors.Squeezers.MedianFilter.Apply(images, 3)), SmallNetwork.Bits(new MedianSmoothing { Window = 3 }.Apply(images)));
    }

    [TestMethod]
    public void ImagesAreResizedIntoAFrameOfTheSmallestValue()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor bright = torch.full([50, 1, 8, 8], 3.0, ScalarType.Float64);
        Tensor result = new RandomResizePad { SmallestSize = 0.5, Range = Range }.Apply(bright);
        HashSet<(int Side, int Top, int Left)> places = [];
        foreach (double[] pixels in result.data<double>().ToArray().Chunk(64))
        {
            int[] inside = [.. Enumerable.Range(0, 64).Where(pixel => Math.Abs(pixels[pixel] - 3) < 1e-6)];
            (int top, int left, int bottom, int right) =
                (inside.Min(pixel => pixel / 8), inside.Min(pixel => pixel % 8), inside.Max(pixel => pixel / 8), inside.Max(pixel => pixel % 8));
            int side = bottom - top + 1;
            Assert.AreEqual(side, right - left + 1);
            Assert.HasCount(side * side, inside);
            Assert.AreEqual(64 - (side * side), pixels.Count(pixel => Math.Abs(pixel + 2) < 1e-6), "pixels of the frame");
            Assert.IsTrue(side is >= 4 and <= 7, $"{side} of 8 pixels");
            places.Add((side, top, left));
        }

        Assert.IsGreaterThan(20, places.Count);
    }

    private static void AssertEach(Tensor inputs, Tensor result, Func<double, double[]> expected) => CollectionAssert.AreEqual(
        inputs.data<double>().ToArray().SelectMany(expected).Select(value => Math.Round(value, 9)).ToArray(),
        result.data<double>().ToArray().Select(value => Math.Round(value, 9)).ToArray());
}
