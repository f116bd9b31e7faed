using Microsoft.ML.Adversarial.Detectors.Squeezers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>Filters against plain loops over pixels.</summary>
[TestClass]
public sealed class SqueezerTests
{
    private const int Rows = 2;
    private const int Channels = 3;
    private const int Height = 5;
    private const int Width = 4;

    private readonly Tensor images = TestNetworks.Uniform([Rows, Channels, Height, Width], seed: 9, type: ScalarType.Float64);

    [TestCleanup]
    public void Free() => images.Dispose();

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    [DataRow(16)]
    public void BitDepthRoundsToEvenSteps(int bits)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        double steps = Math.Pow(2, bits) - 1;
        AssertEqual((row, channel, y, x) => Math.Round(Pixel(row, channel, y, x) * steps) / steps, BitDepth.Reduce(images, bits));
    }

    [TestMethod]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(4)]
    [DataRow(7)]
    [DataRow(11)]
    public void TheMedianIsThatOfTheWindow(int window)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        AssertEqual(
            (row, channel, y, x) =>
            {
                List<double> values = [];
                for (int down = -(window / 2); down < window - (window / 2); down++)
                {
                    for (int right = -(window / 2); right < window - (window / 2); right++)
                    {
                        values.Add(Pixel(row, channel, y + down, x + right));
                    }
                }

                return values.Order().ElementAt(values.Count / 2);
            },
            MedianFilter.Apply(images, window));
    }

    [TestMethod]
    [DataRow(3, 1, 0.2)]
    [DataRow(5, 3, 0.1)]
    [DataRow(11, 3, 4.0 / 255)]
    [DataRow(3, 5, 1.0)]
    public void NonLocalMeansWeighBySurroundings(int search, int patch, double strength)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        AssertEqual(
            (row, channel, y, x) =>
            {
                (double sum, double total) = (0, 0);
                for (int down = -(search / 2); down <= search / 2; down++)
                {
                    for (int right = -(search / 2); right <= search / 2; right++)
                    {
                        double weight = Math.Exp(-PatchDistance(row, y, x, y + down, x + right, patch) / (strength * strength));
                        sum += weight * Pixel(row, channel, y + down, x + right);
                        total += weight;
                    }
                }

                return sum / total;
            },
            NonLocalMeans.Apply(images, search, patch, strength));
    }

    [TestMethod]
    public void NothingChangesAFlatImageAndAMedianRemovesASpeck()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor flat = torch.full([1, 1, 6, 6], 0.4, ScalarType.Float64);
        CollectionAssert.AreEqual(SmallNetwork.Bits(flat), SmallNetwork.Bits(MedianFilter.Apply(flat, 3)));
        Assert.IsTrue(NonLocalMeans.Apply(flat, 5, 3, 0.1).allclose(flat));

        Tensor speck = flat.clone();
        speck[0, 0, 3, 2] = 1;
        CollectionAssert.AreEqual(SmallNetwork.Bits(flat), SmallNetwork.Bits(MedianFilter.Apply(speck, 3)));
    }

    private double PatchDistance(int row, int y, int x, int otherY, int otherX, int patch)
    {
        double sum = 0;
        for (int down = -(patch / 2); down <= patch / 2; down++)
        {
            for (int right = -(patch / 2); right <= patch / 2; right++)
            {
                for (int channel = 0; channel < Channels; channel++)
                {
                    double difference = Pixel(row, channel, y + down, x + right) - Pixel(row, channel, otherY + down, otherX + right);
                    sum += difference * difference;
                }
            }
        }

        return sum / (patch * patch * Channels);
    }

    // Walks back and forth between the edges, as a mirror that shows the edge pixel too.
    private double Pixel(int row, int channel, int y, int x)
    {
        return images[row, channel, Inside(y, Height), Inside(x, Width)].item<double>();

        static int Inside(int position, int length)
        {
            while (position < 0 || position >= length)
            {
                position = position < 0 ? -1 - position : (2 * length) - 1 - position;
            }

            return position;
        }
    }

    private static void AssertEqual(Func<int, int, int, int, double> expected, Tensor actual)
    {
        CollectionAssert.AreEqual(new long[] { Rows, Channels, Height, Width }, actual.shape);
        for (int index = 0; index < actual.numel(); index++)
        {
            (int row, int channel, int y, int x) =
                (index / (Channels * Height * Width), index / (Height * Width) % Channels, index / Width % Height, index % Width);
            Assert.AreEqual(expected(row, channel, y, x), actual[row, channel, y, x].item<double>(), 1e-12, $"[{row}, {channel}, {y}, {x}]");
        }
    }
}
