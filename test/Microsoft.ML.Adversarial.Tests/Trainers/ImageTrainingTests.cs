using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Networks.Layers;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Trainers;

/// <summary>Images, from files and from MNIST, train a convolutional network.</summary>
[TestClass]
public sealed class ImageTrainingTests
{
    private const int Size = 12;

    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void Image_files_become_channels_rows_and_columns()
    {
        using var folder = new TemporaryFolder();
        string[] kinds = ["red", "green", "blue"];
        var rows = Enumerable.Range(0, 30).Select(i => new ImageRow { Path = $"{i}.png", Kind = kinds[i % 3] }).ToArray();
        for (var i = 0; i < rows.Length; i++)
            Save(folder.File(rows[i].Path), channel: i % 3, brightness: (byte)(100 + (5 * i)));
        var data = _ml.Data.LoadFromEnumerable(rows);
        var network = new NetworkDefinition
        {
            Layers = [new Conv2dLayer(4, 3), new ReLULayer(), new MaxPool2dLayer(2), new FlattenLayer(), new LinearLayer()],
        };
        var model = _ml.Transforms.Conversion.MapValueToKey("Label", "Kind")
            .Append(_ml.Transforms.LoadImages("Image", folder.FullName, "Path"))
            .Append(_ml.Transforms.ResizeImages("Image", Size, Size))
            .Append(_ml.Transforms.ExtractPixels("Features", "Image", scaleImage: 1 / 255f))
            .Append(_ml.MulticlassClassification.Trainers.NeuralNetwork(
                new NeuralNetworkMulticlassTrainer.Options { Network = network, Epochs = 20, BatchSize = 6, LearningRate = 0.01 }))
            .Append(_ml.Transforms.FisherTrace())
            .Fit(data);

        var scored = model.Transform(data);

        CollectionAssert.AreEqual(new[] { 3, Size, Size }, ((VectorDataViewType)scored.Schema["Features"].Type).Dimensions.ToArray());
        Assert.AreEqual(1, _ml.MulticlassClassification.Evaluate(scored).MicroAccuracy);
        Assert.IsTrue(scored.GetColumn<float>("FisherTrace").All(float.IsFinite));
    }

    [TestMethod]
    public void Digits_are_learnt()
    {
        var data = Mnist.Load(_ml, 300);
        var options = new NeuralNetworkMulticlassTrainer.Options
        {
            Network = NetworkDefinition.SmallConvNet, Epochs = 4, BatchSize = 30, LearningRate = 0.003, ValidationFraction = 0,
        };

        var model = _ml.MulticlassClassification.Trainers.NeuralNetwork(options).Fit(data);

        Assert.IsGreaterThan(0.8, _ml.MulticlassClassification.Evaluate(model.Transform(data)).MicroAccuracy);
        Assert.AreEqual("[0, 1]", model.Model.Bounds.ToString());
    }

    private static void Save(string path, int channel, byte brightness)
    {
        byte[] pixel = [0, 0, 0, 255];
        pixel[2 - channel] = brightness;
        byte[] pixels = [.. Enumerable.Repeat(pixel, 16 * 16).SelectMany(bytes => bytes)];
        using var image = MLImage.CreateFromPixels(16, 16, MLPixelFormat.Bgra32, pixels);
        image.Save(path);
    }

    private sealed class ImageRow
    {
        public string Path { get; set; } = "";

        public string Kind { get; set; } = "";
    }
}
