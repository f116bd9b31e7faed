using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transformations;

/// <summary>
/// JPEG against the standard in plain loops: blocks of 8 × 8 pixels, their cosine transforms rounded to multiples of the quality's table.
/// </summary>
[TestClass]
public sealed class JpegCompressionTests
{
    private const int Side = 16;
    private const double RoundedPixels = 2;

    // ITU-T T.81, table K.1.
    private static readonly int[] Luminance =
    [
        16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
        18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
    ];

    [TestMethod]
    [DataRow(90)]
    [DataRow(75)]
    [DataRow(50)]
    [DataRow(30)]
    public void EachCoefficientIsRoundedToAMultipleOfTheTables(int quality)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        // Far enough from black and white, where pixels would be clipped.
        Tensor images = (TestNetworks.Uniform([6, 1, Side, Side], type: ScalarType.Float64) * 0.4) + 0.3;
        double[] before = Coefficients((images * 255).round());
        double[] after = Coefficients(new JpegCompression { Quality = quality }.Apply(images) * 255);
        int scale = quality < 50 ? 5000 / quality : 200 - (2 * quality);

        for (int index = 0; index < before.Length; index++)
        {
            int step = Math.Clamp(((Luminance[index % 64] * scale) + 50) / 100, 1, 255);
            // Pixels are bytes: rounding them moves coefficients a little.
            Assert.AreEqual(before[index], after[index], (step / 2.0) + RoundedPixels, $"coefficient {index} of step {step}");
            Assert.AreEqual(0, Math.IEEERemainder(after[index], step), RoundedPixels, $"coefficient {index} of step {step}");
        }
    }

    [TestMethod]
    public void ColoursAndImagesStayWhereTheyWere()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        double[][] colours = [[0.9, 0.2, 0.1], [0.1, 0.8, 0.3], [0.2, 0.3, 0.7]];
        Tensor images = torch.stack(
            [.. colours.Select(colour => torch.tensor(colour).reshape(3, 1, 1).expand(3, 9, 13).clone())]);
        Tensor result = new JpegCompression { Quality = 95 }.Apply(images);
        CollectionAssert.AreEqual(images.shape, result.shape);
        Assert.IsLessThan(3.0 / 255, (result - images).abs().max().item<double>());
        Assert.IsTrue(new JpegCompression().Apply(torch.full([1, 3, 8, 8], 0.0)).eq(0).all().item<bool>());
        Assert.IsTrue(new JpegCompression { Range = new(-1, 1) }.Apply(torch.full([1, 1, 8, 8], 1.0)).eq(1).all().item<bool>());
    }

    [TestMethod]
    public void RowsOfPixelsStayRowsForAnyWidth()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        foreach (int width in new[] { 1, 5, 28, 33 })
        {
            Tensor bright = torch.zeros([2, 1, 12, width], ScalarType.Float64);
            bright[1, 0, 7] = 1;
            Tensor result = new JpegCompression { Quality = 100 }.Apply(bright);
            Assert.IsLessThan(2.5 / 255, (result - bright).abs().max().item<double>(), $"width {width}");
        }
    }

    [TestMethod]
    public void OtherNumbersOfChannelsAreRefused() => Assert.Contains(
        "JpegCompression works on images of 1 or 3 channels and at most 65535 pixels a side, got [2, 8, 8].",
        Assert.ThrowsExactly<ArgumentException>(() => new JpegCompression().OutputShape([2, 8, 8])).Message);

    // Of each image's blocks, 64 by 64.
    private static double[] Coefficients(Tensor images) =>
    [
        .. images.data<double>().ToArray().Chunk(Side * Side).SelectMany(image => Enumerable.Range(0, image.Length).Select(index =>
        {
            (int block, int frequency) = (index / 64, index % 64);
            int start = (block / (Side / 8) * 8 * Side) + (block % (Side / 8) * 8);
            return Enumerable.Range(0, 64).Sum(
                pixel => (image[start + (pixel / 8 * Side) + (pixel % 8)] - 128) * Wave(frequency, pixel));
        })),
    ];

    private static double Wave(int frequency, int pixel) => Wave1(frequency / 8, pixel / 8) * Wave1(frequency % 8, pixel % 8);

    private static double Wave1(int frequency, int position) =>
        (frequency == 0 ? Math.Sqrt(0.125) : 0.5) * Math.Cos(((2 * position) + 1) * frequency * Math.PI / 16);
}
