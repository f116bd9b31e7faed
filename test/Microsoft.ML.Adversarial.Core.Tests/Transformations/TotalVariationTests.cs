using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transformations;

/// <summary>Total variation minimisation against closed forms, the optimality of what it finds, and its method in plain loops.</summary>
[TestClass]
public sealed class TotalVariationTests
{
    private const int Height = 5;
    private const int Width = 6;

    [TestMethod]
    [DataRow(1.0, 0.9, 0.1)]
    [DataRow(0.3, 0.7, 0.3)]
    public void TwoPixelsMoveTowardsEachOther(double distance, double high, double low)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor pair = torch.tensor(new[] { 0.5 + (distance / 2), 0.5 - (distance / 2) }).reshape(1, 1, 1, 2);
        // ½(a − x)² + ½(b − y)² + w·|a − b|: each moves by w, until they meet.
        double weight = distance == 1 ? 0.1 : 0.2;
        double[] expected = distance == 1 ? [high, low] : [0.5, 0.5];
        double[] actual = new TotalVariationMinimisation { DropProbability = 0, Weight = weight, Iterations = 2000 }.Apply(pair).data<double>().ToArray();
        Assert.AreEqual(expected[0], actual[0], 1e-6);
        Assert.AreEqual(expected[1], actual[1], 1e-6);
    }

    [TestMethod]
    public void DroppedPixelsAreFilledInFromTheOthers()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor image = torch.full([1, 1, 9, 9], 0.25, ScalarType.Float64);
        image[0, 0, 4, 5] = 1;
        Tensor kept = torch.ones_like(image);
        kept[0, 0, 4, 5] = 0;
        Tensor result = TotalVariation.Minimise(image, kept, 0.03, 500);
        Assert.IsLessThan(1e-6, (result - 0.25).abs().max().item<double>());
    }

    [TestMethod]
    public void NothingNearbyIsBetter()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        (Tensor image, Tensor kept) = Task(rows: 1);
        Tensor found = TotalVariation.Minimise(image, kept, 0.1, 5000);
        double least = Objective(image, kept, found, 0.1);
        using Generator generator = new(4);
        foreach (double size in new[] { 1e-3, 1e-2, 1e-1 })
        {
            for (int attempt = 0; attempt < 50; attempt++)
            {
                Tensor other = found + (torch.randn(found.shape, ScalarType.Float64, generator: generator) * size);
                Assert.IsGreaterThan(least, Objective(image, kept, other, 0.1));
            }
        }

        Assert.IsLessThan(Objective(image, kept, image, 0.1), least);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(7)]
    public void EveryStepIsThatOfTheMethod(int iterations)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        (Tensor images, Tensor kept) = Task(rows: 3);
        double[] actual = TotalVariation.Minimise(images, kept, 0.07, iterations).data<double>().ToArray();
        double[][] expected = [.. images.data<double>().ToArray().Chunk(Height * Width)
            .Zip(kept.data<double>().ToArray().Chunk(Height * Width), (image, mask) => InPlainLoops(image, mask, 0.07, iterations))];
        foreach ((double one, double other) in expected.SelectMany(values => values).Zip(actual))
        {
            Assert.AreEqual(one, other, 1e-12);
        }
    }

    private static (Tensor Images, Tensor Kept) Task(int rows)
    {
        Tensor images = TestNetworks.Uniform([rows, 2, Height, Width], type: ScalarType.Float64);
        return (images, TestNetworks.Uniform([rows, 2, Height, Width], seed: 2, type: ScalarType.Float64).greater(0.4).to(ScalarType.Float64));
    }

    private static double Objective(Tensor images, Tensor kept, Tensor solution, double weight)
    {
        double[] values = solution.data<double>().ToArray();
        double fit = ((solution - images) * kept).square().sum().item<double>() / 2;
        double variation = values.Chunk(Height * Width).Sum(plane => Enumerable.Range(0, plane.Length).Sum(pixel =>
        {
            (double down, double right) = Differences(plane, pixel);
            return Math.Sqrt((down * down) + (right * right));
        }));
        return fit + (weight * variation);
    }

    private static (double Down, double Right) Differences(double[] plane, int pixel) => (
        pixel / Width < Height - 1 ? plane[pixel + Width] - plane[pixel] : 0,
        pixel % Width < Width - 1 ? plane[pixel + 1] - plane[pixel] : 0);

    private static double[] InPlainLoops(double[] image, double[] kept, double weight, int iterations)
    {
        double step = 1 / Math.Sqrt(8);
        double mean = image.Zip(kept, (value, mask) => value * mask).Sum() / kept.Sum();
        double[] solution = [.. image.Select((value, pixel) => kept[pixel] == 1 ? value : mean)];
        double[] ahead = [.. solution];
        (double[] down, double[] right) = (new double[image.Length], new double[image.Length]);
        for (int iteration = 0; iteration < iterations; iteration++)
        {
            for (int pixel = 0; pixel < image.Length; pixel++)
            {
                (double lower, double next) = Differences(ahead, pixel);
                (down[pixel], right[pixel]) = (down[pixel] + (step * lower), right[pixel] + (step * next));
                double length = Math.Sqrt((down[pixel] * down[pixel]) + (right[pixel] * right[pixel]));
                double excess = Math.Max(1, length / weight);
                (down[pixel], right[pixel]) = (down[pixel] / excess, right[pixel] / excess);
            }

            double[] old = [.. solution];
            for (int pixel = 0; pixel < image.Length; pixel++)
            {
                double divergence = down[pixel] - (pixel >= Width ? down[pixel - Width] : 0)
                    + right[pixel] - (pixel % Width > 0 ? right[pixel - 1] : 0);
                solution[pixel] = (old[pixel] + (step * divergence) + (step * kept[pixel] * image[pixel])) / (1 + (step * kept[pixel]));
                ahead[pixel] = (2 * solution[pixel]) - old[pixel];
            }
        }

        return [.. solution.Select(value => Math.Clamp(value, image.Min(), image.Max()))];
    }
}
