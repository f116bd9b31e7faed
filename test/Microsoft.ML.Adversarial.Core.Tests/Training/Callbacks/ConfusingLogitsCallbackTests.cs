using Microsoft.ML.Adversarial.Explanations;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Networks.Layers;
using Microsoft.ML.Adversarial.TestData;
using SkiaSharp;
using Tensorboard;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training.Callbacks;

[TestClass]
public sealed class ConfusingLogitsCallbackTests
{
    // Every row is confusing.
    private static readonly ConfusingLogits Anything = new() { MinimumLogit = double.NegativeInfinity, MaximumLogitDifference = double.PositiveInfinity };

    private readonly CallbackFolder folder = new();

    private string Pictures => folder["pictures"];

    [TestCleanup]
    public void DeleteFolder() => folder.Dispose();

    [TestMethod]
    public void EveryNthBatchIsDrawnUnlessNothingIsConfusing()
    {
        folder.Task.Run(Options(new ConfusingLogitsCallback(Pictures) { EveryBatches = 2, Confusion = Anything }));
        CollectionAssert.AreEquivalent(
            new[] { "epoch-001-batch-000002.png", "epoch-001-batch-000004.png", "epoch-002-batch-000002.png", "epoch-002-batch-000004.png" },
            Directory.GetFiles(Pictures).Select(Path.GetFileName).ToArray());

        folder.Task.Run(Options(new ConfusingLogitsCallback(folder["none"]) { EveryBatches = 1, Confusion = new() { MinimumLogit = 1e6 } }));
        Assert.IsEmpty(Directory.GetFiles(folder["none"]));
    }

    [TestMethod]
    public void APictureHasALineForEachOfTheClosestRows()
    {
        int[] heights =
        [
            .. new[] { 1, 3 }.Select(topK =>
            {
                folder.Task.Run(Options(new ConfusingLogitsCallback(Pictures) { EveryBatches = 2, TopK = topK, Confusion = Anything }));
                using var picture = SKBitmap.Decode(Path.Combine(Pictures, "epoch-001-batch-000002.png"));
                return picture.Height;
            }),
        ];
        Assert.IsGreaterThan(2 * 84, heights[1] - heights[0]);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    public void WeightsAreTheSameWithItAndWithoutInGreyAndInColour(int channels)
    {
        NetworkDefinition definition = new()
        {
            InputShape = [channels, 6, 6], ClassCount = 3,
            Layers = [new Conv2dLayer(4, 3), new BatchNorm2dLayer(), new ReLULayer(), new FlattenLayer(), new DropoutLayer(0.3), new LinearLayer()],
        };
        using var scope = NewDisposeScope();
        TrainingRows rows = new(TestNetworks.Uniform([60, channels, 6, 6]), TestNetworks.Classes(60, 3));
        byte[] plain = Trained([]);
        byte[] watched = Trained([new ConfusingLogitsCallback(Pictures) { EveryBatches = 1, Confusion = Anything with { Steps = 3 } }]);
        CollectionAssert.AreEqual(plain, watched);
        Assert.HasCount(2 * 4, Directory.GetFiles(Pictures));

        byte[] Trained(IReadOnlyList<ITrainingCallback> callbacks)
        {
            using var classifier = TestNetworks.Classifier(definition);
            using Generator generator = new(1);
            TrainingLoop.Run(
                classifier, rows, new Losses.CrossEntropyLoss(),
                new() { Epochs = 2, BatchSize = 16, ValidationFraction = 0, Callbacks = callbacks, RethrowCallbackExceptions = true }, generator);
            using var stream = SmallNetwork.Weights(classifier.Network!);
            return stream.ToArray();
        }
    }

    [TestMethod]
    public void TensorBoardGetsThePicturesToo()
    {
        TensorBoardCallback board = new(folder["board"]);
        var options = Options(new ConfusingLogitsCallback(Pictures) { EveryBatches = 4, Confusion = Anything, TensorBoard = board });
        options.Callbacks = [.. options.Callbacks, board];
        folder.Task.Run(options);
        var images = TensorBoardEvents.Read(folder["board"]).SelectMany(one => one.Summary?.Value ?? [])
            .Where(value => value.ValueCase == Summary.Types.Value.ValueOneofCase.Image).ToArray();
        Assert.HasCount(2, images);
        using var picture = SKBitmap.Decode(Path.Combine(Pictures, "epoch-001-batch-000004.png"));
        using var shown = SKBitmap.Decode(images[0].Image.EncodedImageString.ToByteArray());
        Assert.StartsWith("ConfusingLogits", images[0].Tag);
        Assert.AreEqual((picture.Width, picture.Height), (shown.Width, shown.Height));
        for (var x = 0; x < picture.Width; x += 7)
        {
            for (var y = 0; y < picture.Height; y += 5)
            {
                Assert.AreEqual(picture.GetPixel(x, y).Red, shown.GetPixel(x, y).Red, 1);
                Assert.AreEqual(picture.GetPixel(x, y).Blue, shown.GetPixel(x, y).Blue, 1);
            }
        }
    }

    [TestMethod]
    public void WhatCannotWorkIsAnErrorAtTheStart()
    {
        File.WriteAllText(Pictures, "");
        var unwritable = Assert.ThrowsExactly<IOException>(() => folder.Task.Run(Options(new ConfusingLogitsCallback(Pictures))));
        Assert.StartsWith($"'{Pictures}': expected a folder for pictures, got: ", unwritable.Message);
        var names = Assert.ThrowsExactly<ArgumentException>(
            () => folder.Task.Run(Options(new ConfusingLogitsCallback(folder["named"]) { ClassNames = ["a", "b"] })));
        Assert.Contains("Expected 3 class names, one per class, got 2.", names.Message);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ConfusingLogitsCallback("x") { EveryBatches = 0 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ConfusingLogitsCallback("x") { TopK = 0 });
    }

    private static TrainingOptions Options(ConfusingLogitsCallback callback) =>
        new() { Epochs = 2, BatchSize = 54, Callbacks = [callback], RethrowCallbackExceptions = true };
}
