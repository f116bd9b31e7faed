using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Explanations;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Networks.Layers;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transforms;

[TestClass]
public sealed class ConfusingLogitsTransformTests
{
    private static readonly Lazy<FittedFruit> Shared = new(() => new FittedFruit());

    private static FittedFruit Fruit => Shared.Value;

    private static MLContext Ml => Shared.Value.Ml;

    [TestMethod]
    public void The_columns_are_what_the_core_computes()
    {
        var settings = new ConfusingLogits { MinimumLogit = -1, MaximumLogitDifference = 2, ProjectionFactor = 0.5 };
        var view = Ml.Transforms.ConfusingLogits(Fruit.Network, settings).Fit(Fruit.Test).Transform(Fruit.Network.Transform(Fruit.Test));
        using var inputs = tensor(view.GetColumn<float[]>(Fruit.Network.FeatureColumnName).SelectMany(row => row).ToArray())
            .reshape(-1, FruitRow.FeatureCount);
        using var expected = settings.Compute(Fruit.Network.Model, inputs);

        CollectionAssert.AreEqual(view.GetColumn<uint>("PredictedLabel").ToArray(), view.GetColumn<uint>("FirstClass").ToArray());
        CollectionAssert.AreEqual(
            expected.Second.data<long>().Select(label => (uint)label + 1).ToArray(), view.GetColumn<uint>("SecondClass").ToArray());
        CollectionAssert.AreEqual(expected.IsConfusing.data<bool>().ToArray(), view.GetColumn<bool>("IsConfusing").ToArray());
        Assert.HasCount(2, view.GetColumn<bool>("IsConfusing").Distinct().ToArray());
        Cells.AreEqual(expected.Gap.data<float>().ToArray(), [.. view.GetColumn<float>("LogitGap")], 1e-4f, "gap");
        AssertVectors("FirstGradient", expected.FirstGradient);
        AssertVectors("SecondGradient", expected.SecondGradient);
        AssertVectors("TowardsFirst", expected.TowardsFirst);
        AssertVectors("TowardsSecond", expected.TowardsSecond);

        void AssertVectors(string name, Tensor values) => Cells.AreEqual(
            values.data<float>().ToArray(), [.. view.GetColumn<float[]>(name).SelectMany(row => row)], 1e-4f, name);
    }

    [TestMethod]
    public void Images_stand_upright_and_have_the_colours_of_their_bounds_and_signs()
    {
        var ml = new MLContext(seed: 1);
        using var classifier = ImageClassifier([1, 2, 3], new InputBounds(-1, 1));
        var columns = ConfusingLogitsColumns.None with
        {
            FeaturesImage = "Image", TowardsFirstImage = "Towards", FirstGradientImage = "Signed", FirstGradient = "Gradient",
        };
        var rows = ml.Data.LoadFromEnumerable([new SmallImage { Features = [-1, 0, 1, 1, -1, 0] }]);
        var view = ml.Transforms.ConfusingLogits(classifier, "Features", columns: columns).Fit(rows).Transform(rows);
        var (image, signed, gradient) = ReadFirst(view);
        using (image)
        using (signed)
        {
            Assert.AreEqual((3, 2), (image.Width, image.Height));
            CollectionAssert.AreEqual(new byte[] { 0, 128, 255, 255, 0, 128 }, Channel(image, 0).Select(value => (byte)value).ToArray());
            var (blue, red) = (Channel(signed, 0), Channel(signed, 2));
            for (var pixel = 0; pixel < 6; pixel++)
            {
                Assert.AreEqual(gradient[pixel] > 0, red[pixel] > blue[pixel], $"the sign of pixel {pixel}, {gradient[pixel]}");
            }
        }
    }

    [TestMethod]
    public void What_is_no_image_is_refused_for_image_columns_alone()
    {
        var columns = new ConfusingLogitsColumns { FeaturesImage = "Image" };
        var message = Assert.ThrowsExactly<ArgumentException>(
            () => Ml.Transforms.ConfusingLogits(Fruit.Network, columns: columns).Fit(Fruit.Test)).Message;
        Assert.Contains("expected a network that reads images", message);
        Assert.Contains("'Image'", message);
        Assert.ThrowsExactly<ArgumentException>(() => Ml.Transforms.ConfusingLogits(columns: ConfusingLogitsColumns.None));
        Assert.ThrowsExactly<ArgumentException>(() => Ml.Transforms.ConfusingLogits(columns: new() { FirstClass = "Same", LogitGap = "Same" }));
    }

    [TestMethod]
    public void Images_survive_saving_and_loading()
    {
        var ml = new MLContext(seed: 1);
        using var classifier = ImageClassifier([1, 2, 3], InputBounds.Unit);
        var rows = ml.Data.LoadFromEnumerable([new SmallImage { Features = [0, 0.5f, 1, 1, 0, 0.25f] }]);
        var columns = ConfusingLogitsColumns.None with { FeaturesImage = "Image", FirstGradientImage = "Signed", FirstGradient = "Gradient" };
        var transformer = ml.Transforms.ConfusingLogits(classifier, "Features", columns: columns).Fit(rows);
        using var file = new MemoryStream();
        ml.Model.Save(transformer, rows.Schema, file);
        file.Position = 0;
        var (expected, _, _) = ReadFirst(transformer.Transform(rows));
        var (actual, _, _) = ReadFirst(ml.Model.Load(file, out _).Transform(rows));
        CollectionAssert.AreEqual(expected.Pixels.ToArray(), actual.Pixels.ToArray());
    }

    [TestMethod]
    public void Caching_and_shuffling_leave_images_out()
    {
        var ml = new MLContext(seed: 1);
        using var classifier = ImageClassifier([1, 2, 3], InputBounds.Unit);
        var rows = ml.Data.LoadFromEnumerable([new SmallImage { Features = [0, 0.5f, 1, 1, 0, 0.25f] }]);
        var columns = ConfusingLogitsColumns.None with { FeaturesImage = "Image", LogitGap = "Gap" };
        var view = ml.Transforms.ConfusingLogits(classifier, "Features", columns: columns).Fit(rows).Transform(rows);
        foreach (var kept in new[] { ml.Data.Cache(view), ml.Data.ShuffleRows(view) })
        {
            Assert.IsNull(kept.Schema.GetColumnOrNull("Image"));
            Assert.HasCount(1, kept.GetColumn<float>("Gap").ToArray());
        }
    }

    private static NetworkClassifier ImageClassifier(long[] shape, InputBounds bounds)
    {
        using var generator = new Generator(1);
        var network = Network.Create(
            new() { InputShape = [.. shape], ClassCount = 3, Layers = [new FlattenLayer(), new LinearLayer(5), new TanhLayer(), new LinearLayer()] }, generator);
        network.Module.eval();
        return new(network, bounds);
    }

    private static (MLImage Image, MLImage Signed, float[] Gradient) ReadFirst(IDataView view)
    {
        using var cursor = view.GetRowCursor(view.Schema);
        cursor.MoveNext();
        var (image, signed, gradient) = (default(MLImage)!, default(MLImage)!, default(VBuffer<float>));
        cursor.GetGetter<MLImage>(view.Schema["Image"])(ref image);
        cursor.GetGetter<MLImage>(view.Schema["Signed"])(ref signed);
        cursor.GetGetter<VBuffer<float>>(view.Schema["Gradient"])(ref gradient);
        return (image, signed, [.. gradient.DenseValues()]);
    }

    private static int[] Channel(MLImage image, int channel)
    {
        Assert.AreEqual(MLPixelFormat.Bgra32, image.PixelFormat);
        return [.. Enumerable.Range(0, image.Width * image.Height).Select(pixel => (int)image.Pixels[(4 * pixel) + channel])];
    }

    private sealed class SmallImage
    {
        [VectorType(1, 2, 3)]
        public float[] Features { get; set; } = [];
    }
}
