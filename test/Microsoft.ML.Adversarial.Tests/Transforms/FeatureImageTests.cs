using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Explanations;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Networks.Layers;
using Microsoft.ML.Adversarial.Pictures;
using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>Image columns against their definition, pixel by pixel, for every shape of images and every kind of bounds.</summary>
[TestClass]
public sealed class FeatureImageTests
{
    private const int FeatureCount = 12;

    private static readonly float[] Features = [-0.5f, 0, 0.1f, 0.25f, 0.4f, 0.5f, 0.6f, 0.75f, 0.9f, 1, 1.5f, 0.05f];

    private static readonly ConfusingLogitsColumns Columns = new()
    {
        FeaturesImage = "FeaturesImage", FirstGradientImage = "FirstGradientImage", SecondGradientImage = "SecondGradientImage",
        TowardsFirstImage = "TowardsFirstImage", TowardsSecondImage = "TowardsSecondImage",
    };

    private readonly MLContext _ml = new(seed: 1);

    private static IEnumerable<object[]> Cases =>
        from shape in new long[][] { [3, 2, 2], [3, 1, 4], [3, 4], [4, 3], [1, 2, 6], [1, 6, 2] }
        from bounds in new[] { "unbounded", "half bounded", "per feature", "uniform" }
        select new object[] { shape, bounds };

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Inputs_are_drawn_from_black_to_white(long[] shape, string bounds)
    {
        using var classifier = Classifier(shape, Bounds(bounds));
        var (lower, upper) = bounds == "uniform" ? (-1f, 2f) : (0f, 1f);
        var view = Explain(classifier);
        AssertInput(Features, "FeaturesImage");
        AssertInput(Vector(view, "TowardsFirst"), "TowardsFirstImage");
        AssertInput(Vector(view, "TowardsSecond"), "TowardsSecondImage");

        void AssertInput(float[] values, string column) => AssertImage(view, shape, column, (channel, pixel, pixels) =>
        {
            var value = values[(shape[0] == 3 && shape.Length == 3 ? channel * pixels : 0) + pixel];
            return (byte)Math.Round(255.0 * Math.Clamp((value - (double)lower) / (upper - (double)lower), 0, 1));
        });
    }

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Gradients_are_drawn_with_channels_added_up_on_the_scale_of_the_row(long[] shape, string bounds)
    {
        using var classifier = Classifier(shape, Bounds(bounds));
        var view = Explain(classifier);
        foreach (var column in new[] { "FirstGradient", "SecondGradient" })
        {
            var gradient = Vector(view, column);
            var pixelCount = (int)(shape[^1] * shape[^2]);
            var sums = new float[pixelCount];
            for (var feature = 0; feature < FeatureCount; feature++)
                sums[feature % pixelCount] += gradient[feature];
            var largest = sums.Max(Math.Abs);
            Assert.IsGreaterThan(0, largest);
            AssertImage(view, shape, column + "Image", (channel, pixel, _) =>
            {
                var colour = DivergingColours.Of(sums[pixel] / (double)largest);
                return channel switch { 0 => colour.Red, 1 => colour.Green, _ => colour.Blue };
            });
        }
    }

    /// <summary>The inputs are moved within their bounds, whatever the scale of the picture.</summary>
    [TestMethod]
    public void Moved_features_stay_within_the_bounds_of_each()
    {
        var bounds = Bounds("per feature");
        using var classifier = Classifier([3, 2, 2], bounds);
        foreach (var column in new[] { "TowardsFirst", "TowardsSecond" })
        {
            var moved = Vector(Explain(classifier), column);
            for (var feature = 0; feature < FeatureCount; feature++)
                Assert.IsTrue(moved[feature] >= bounds.Lower[feature] && moved[feature] <= bounds.Upper[feature], $"{column}, feature {feature}");
        }
    }

    [TestMethod]
    [DataRow(1, 1, 12)]
    [DataRow(1, 12)]
    [DataRow(2, 3, 2)]
    [DataRow(12)]
    public void What_is_no_image_is_refused(params int[] shape)
    {
        using var classifier = Classifier([.. shape.Select(size => (long)size)], InputBounds.Unit);
        var message = Assert.ThrowsExactly<ArgumentException>(() => Explain(classifier)).Message;
        Assert.Contains("expected a network that reads images", message);
        Assert.Contains($"got one that reads [{string.Join(", ", shape)}]", message);
    }

    private static InputBounds Bounds(string kind) => kind switch
    {
        "unbounded" => InputBounds.Unbounded,
        "half bounded" => new(-1, float.PositiveInfinity),
        "per feature" => new([.. Enumerable.Range(0, FeatureCount).Select(feature => -0.5f - feature)], [.. Enumerable.Repeat(1.5f, FeatureCount)]),
        _ => new(-1, 2),
    };

    private static NetworkClassifier Classifier(long[] shape, InputBounds bounds)
    {
        using var generator = new Generator(1);
        var network = Network.Create(
            new() { InputShape = [.. shape], ClassCount = 3, Layers = [new FlattenLayer(), new LinearLayer(5), new TanhLayer(), new LinearLayer()] }, generator);
        network.Module.eval();
        return new(network, bounds);
    }

    private static float[] Vector(IDataView view, string column) => view.GetColumn<float[]>(column).Single();

    private static void AssertImage(IDataView view, long[] shape, string column, Func<int, int, int, byte> expected)
    {
        using var cursor = view.GetRowCursor([view.Schema[column]]);
        Assert.IsTrue(cursor.MoveNext());
        MLImage image = null!;
        cursor.GetGetter<MLImage>(view.Schema[column])(ref image);
        using (image)
        {
            Assert.AreEqual((shape[^1], shape[^2]), (image.Width, image.Height));
            Assert.AreEqual(MLPixelFormat.Bgra32, image.PixelFormat);
            var (pixels, count) = (image.Pixels.ToArray(), image.Width * image.Height);
            for (var pixel = 0; pixel < count; pixel++)
            {
                var actual = (pixels[(4 * pixel) + 2], pixels[(4 * pixel) + 1], pixels[4 * pixel], pixels[(4 * pixel) + 3]);
                Assert.AreEqual(
                    (expected(0, pixel, count), expected(1, pixel, count), expected(2, pixel, count), byte.MaxValue), actual, $"{column}, pixel {pixel}");
            }
        }
    }

    private IDataView Explain(NetworkClassifier classifier)
    {
        var rows = _ml.Data.LoadFromEnumerable([new FlatImage { Features = Features }]);
        return _ml.Transforms.ConfusingLogits(classifier, "Features", columns: Columns).Fit(rows).Transform(rows);
    }

    private sealed class FlatImage
    {
        [VectorType(FeatureCount)]
        public float[] Features { get; set; } = [];
    }
}
