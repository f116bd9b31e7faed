using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Networks.Layers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Adversarial.Transformations;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.GradientSteps;

[TestClass]
public sealed class DiverseInputTests
{
    private const int Rows = 200;

    [TestMethod]
    [DataRow(8, 8)]
    [DataRow(10, 6)]
    public void ImagesAreResizedAsPyTorchResizesAndPutIntoZeros(int height, int width)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor images = TestNetworks.Uniform([Rows, 2, height, width], type: ScalarType.Float64) + 0.1;
        RowRandom random = new(7, [.. Enumerable.Range(0, Rows).Select(row => (long)row)]);
        Tensor transformed = RandomResizing.Draw(images, 0.7, 0.5, random).Apply(images);

        Dictionary<int, int> seen = [];
        HashSet<(int Height, int Top, int Left)> places = [];
        for (int row = 0; row < Rows; row++)
        {
            var (newHeight, top, left) = Find(images.narrow(0, row, 1), transformed.narrow(0, row, 1));
            Assert.IsGreaterThan(0, newHeight, $"row {row} is no resized image in a frame of zeros");
            seen[newHeight] = seen.GetValueOrDefault(newHeight) + 1;
            places.Add((newHeight, top, left));
        }

        CollectionAssert.AreEquivalent(Enumerable.Range(height / 2, (height / 2) + 1).ToArray(), seen.Keys.ToArray());
        Assert.AreEqual(0.3, (double)seen[height] / Rows, 0.12, "images that stayed as they were");
        Assert.IsGreaterThan(30, places.Count, "places in the frame");
    }

    [TestMethod]
    public void GradientsComeBackThroughTheTransformation()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor images = TestNetworks.Normal([20, 3, 7, 9]);
        Tensor gradients = TestNetworks.Normal([20, 3, 7, 9], seed: 2);
        RandomResizing resizing = RandomResizing.Draw(images, 1, 0.4, new RowRandom(3, [.. Enumerable.Range(0, 20).Select(row => (long)row)]));
        double forward = (resizing.Apply(images) * gradients).sum().item<double>();
        double backward = (images * resizing.PullBack(gradients)).sum().item<double>();
        Assert.AreEqual(forward, backward, 1e-10);
        Assert.AreNotEqual(0, forward);
    }

    [TestMethod]
    public void WithoutTransformationsItIsTheMomentumMethod()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using AttackTask task = new();
        Tensor expected = new MomentumIterativeMethod(Norm.LInfinity, 0.1).Run(task.Classifier, task.Inputs, task.Goals[0]).Inputs;
        DiverseInputMethod attack = new(Norm.LInfinity, 0.1) { Decay = 1, Probability = 0 };
        Assert.IsLessThan(1e-6f, (attack.Run(task.Classifier, task.Inputs, task.Goals[0]).Inputs - expected).abs().max().item<float>());
        Tensor flat = (attack with { Probability = 1 }).Run(task.Classifier, task.Inputs.flatten(1), task.Goals[0]).Inputs;
        Tensor shaped = (attack with { Probability = 1 }).Run(task.Classifier, task.Inputs, task.Goals[0]).Inputs;
        CollectionAssert.AreEqual(SmallNetwork.Bits(shaped.flatten(1)), SmallNetwork.Bits(flat));
    }

    [TestMethod]
    public void InputsThatAreNoImagesAreRefused()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = TestNetworks.Classifier(
            new() { InputShape = [12], ClassCount = 2, Layers = [new LinearLayer()] });
        Assert.Contains(
            "expected a classifier of inputs [channels, height, width], got [12]",
            Assert.ThrowsExactly<ArgumentException>(
                () => new DiverseInputMethod(Norm.LInfinity, 0.1).Run(
                    classifier, TestNetworks.Uniform([3, 12]), Goal.Misclassify(TestNetworks.Classes(3, 2)))).Message);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new DiverseInputMethod(Norm.L2, 1) { Probability = 1.1 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new DiverseInputMethod(Norm.L2, 1) { SmallestSize = 1 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new DiverseInputMethod(Norm.L2, 1) { SmallestSize = 0 });
    }

    // Which height and place explain what became of an image; 0 where none does.
    private static (int Height, int Top, int Left) Find(Tensor image, Tensor transformed)
    {
        (int height, int width) = ((int)image.shape[2], (int)image.shape[3]);
        for (int newHeight = 1; newHeight <= height; newHeight++)
        {
            int newWidth = (int)Math.Round((double)newHeight * width / height);
            using DisposeScope scope = torch.NewDisposeScope();
            Tensor resized = nn.functional.interpolate(image, [newHeight, newWidth], mode: InterpolationMode.Bilinear, align_corners: false);
            for (int top = 0; top <= height - newHeight; top++)
            {
                for (int left = 0; left <= width - newWidth; left++)
                {
                    Tensor framed = nn.functional.pad(resized, (left, width - newWidth - left, top, height - newHeight - top));
                    if ((framed - transformed).abs().max().item<double>() < 1e-6)
                    {
                        return (newHeight, top, left);
                    }
                }
            }
        }

        return default;
    }
}
