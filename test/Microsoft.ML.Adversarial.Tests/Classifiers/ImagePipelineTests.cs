using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.RandomSearch;
using Microsoft.ML.Adversarial.Classifiers.Pipelines;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Classifiers;

/// <summary>Chains that read images, in memory or from files.</summary>
[TestClass]
public sealed class ImagePipelineTests
{
    private const int Rows = 60;
    private const int Features = 3 * Picture.Height * Picture.Width;

    // In whole 255ths.
    private const int Budget = 25;

    private static readonly TemporaryFolder Folder = new();
    private static readonly Picture[] Pictures = Picture.Some(Rows, Folder);
    private static readonly SquareAttack Attack = new(Norm.LInfinity, 0.1) { Queries = 150 };

    // Trained from files, because steps of ML.NET that read images end the last of those in memory.
    private static readonly Lazy<ITransformer> Linear = new(() => Chain(new(seed: 1)).Fit(Paths(new())));
    private static readonly Lazy<ITransformer> LinearWithWeight = new(() =>
    {
        MLContext ml = new(seed: 1);
        return LoadImages(ml).Append(Picture.Features(ml)).Append(ml.Transforms.Concatenate("All", "Features", nameof(Picture.Weight)))
            .AppendCacheCheckpoint(ml).Append(ml.MulticlassClassification.Trainers.SdcaMaximumEntropy("Key", "All")).Fit(Paths(ml));
    });

    private readonly MLContext ml = new(seed: 1);

    public static IEnumerable<object[]> Trainers =>
    [
        ["linear", (Func<MLContext, IEstimator<ITransformer>>)(ml => ml.MulticlassClassification.Trainers.SdcaMaximumEntropy("Key"))],
        [
            "LightGBM",
            (Func<MLContext, IEstimator<ITransformer>>)(ml => ml.MulticlassClassification.Trainers.LightGbm(
                "Key", numberOfIterations: 20, minimumExampleCountPerLeaf: 2)),
        ],
    ];

    [ClassCleanup]
    public static void DeleteFolder() => Folder.Dispose();

    [TestMethod]
    [DynamicData(nameof(Trainers))]
    public void AModelThatLoadsImagesFromFilesIsAttackedOnTheirPixels(string name, Func<MLContext, IEstimator<ITransformer>> trainer)
    {
        IDataView paths = Paths(ml);
        ITransformer model = Loaded(LoadImages(ml).Append(Picture.Features(ml)).AppendCacheCheckpoint(ml).Append(trainer(ml)).Fit(paths), paths.Schema);
        PipelineClassifier classifier = ml.Model.CreatePipelineClassifier(model, paths);

        PipelineAttackResult result = classifier.Attack(paths, Attack, "Key");

        CollectionAssert.AreEqual(new long[] { 3, Picture.Height, Picture.Width }, classifier.InputShape.ToArray());
        Assert.IsGreaterThan(0.9, result.CleanAccuracy, name);
        Assert.IsLessThan(result.CleanAccuracy - 0.3, result.RobustAccuracy, name);
        RequireChangedByTheBudgetAtMost(result.Rows);
        bool[] wrong = [.. Predicted(classifier.Model, result.Rows).Zip(Pictures, (kind, picture) => kind != picture.Kind)];
        CollectionAssert.AreEqual(result.Succeeded.ToArray(), wrong);
    }

    /// <summary>The whole model would load the originals again and show a robust accuracy that is none.</summary>
    [TestMethod]
    public void AdversarialRowsHaveNoPathsToTheOriginals()
    {
        IDataView paths = Paths(ml);
        ITransformer model = Linear.Value;
        PipelineClassifier classifier = ml.Model.CreatePipelineClassifier(model, paths);
        using DisposeScope scope = NewDisposeScope();
        Tensor changed = classifier.Encode(paths).neg().add(1);

        IDataView rows = classifier.Decode(changed, paths);

        Assert.IsNull(rows.Schema.GetColumnOrNull(nameof(Picture.Path)));
        CollectionAssert.AreEqual(Pictures.Select(picture => picture.Kind).ToArray(), rows.GetColumn<string>(nameof(Picture.Kind)).ToArray());
        Assert.Throws<Exception>(() => model.Transform(rows));
        Assert.IsLessThan(1e-6f, (changed - classifier.Encode(rows)).abs().max().item<float>());
        CollectionAssert.AreEqual(Bits(classifier.EncodeLabels(paths, "Key").to(ScalarType.Float32)), Bits(classifier.EncodeLabels(rows, "Key").to(ScalarType.Float32)));
    }

    [TestMethod]
    public void APathThatAnotherStepReadsStays()
    {
        IDataView paths = Paths(ml);
        var chain = LoadImages(ml).Append(ml.Transforms.CopyColumns("Copy", nameof(Picture.Path))).Append(Picture.Features(ml))
            .AppendCacheCheckpoint(ml).Append(ml.MulticlassClassification.Trainers.SdcaMaximumEntropy("Key"));
        PipelineClassifier classifier = ml.Model.CreatePipelineClassifier(chain.Fit(paths), paths);
        using Tensor inputs = classifier.Encode(paths);

        IDataView rows = classifier.Decode(inputs, paths);

        CollectionAssert.AreEqual(
            Pictures.Select(picture => picture.Path).ToArray(), classifier.Model.Transform(rows).GetColumn<string>("Copy").ToArray());
    }

    [TestMethod]
    public void ImagesInMemoryAreAttackedAndLeftAsTheyAre()
    {
        Picture[] pictures = Picture.Some(Rows);
        IDataView data = InMemory(pictures);
        PipelineClassifier classifier = ml.Model.CreatePipelineClassifier(AfterLoading(), data);
        byte[][] before = [.. pictures.Select(picture => picture.Image!.Pixels.ToArray())];

        PipelineAttackResult first = classifier.Attack(data, Attack, "Key");
        PipelineAttackResult again = classifier.Attack(data, Attack, "Key");

        Assert.IsLessThan(first.CleanAccuracy - 0.3, first.RobustAccuracy);
        CollectionAssert.AreEqual(first.Sizes.ToArray(), again.Sizes.ToArray());
        RequireChangedByTheBudgetAtMost(first.Rows);
        Assert.IsTrue(pictures.Zip(before).All(pair => pair.First.Image!.Pixels.SequenceEqual(pair.Second)));
    }

    /// <summary>The chain sees whole 255ths, and so must whoever judges.</summary>
    [TestMethod]
    public void TheChainIsAskedAboutPixelsOfEightBits()
    {
        IDataView data = InMemory(Pictures);
        PipelineClassifier classifier = ml.Model.CreatePipelineClassifier(AfterLoading(), data);
        using DisposeScope scope = NewDisposeScope();
        Tensor inputs = classifier.Encode(data);

        Tensor nearly = (inputs + (0.4 / 255)).clamp(0, 1);

        CollectionAssert.AreEqual(Bits(classifier.Logits(inputs)), Bits(classifier.Logits(nearly)));
        CollectionAssert.AreEqual(Bits(inputs), Bits(classifier.Encode(classifier.Decode(nearly))));
        CollectionAssert.AreEqual(Enumerable.Range(0, Features).ToArray(), classifier.Constraints.EightBitFeatures.ToArray());
        Assert.AreEqual("[0, 1]", classifier.Bounds.ToString());
    }

    [TestMethod]
    [DataRow(MLPixelFormat.Bgra32)]
    [DataRow(MLPixelFormat.Rgba32)]
    public void ColoursComeInTheOrderRedGreenBlue(MLPixelFormat format)
    {
        byte[] orange = format == MLPixelFormat.Rgba32 ? [255, 102, 51, 255] : [51, 102, 255, 255];
        byte[] pixels = [.. Enumerable.Repeat(orange, Picture.Height * Picture.Width).SelectMany(pixel => pixel)];
        IDataView data = InMemory([new() { Image = MLImage.CreateFromPixels(Picture.Width, Picture.Height, format, pixels), Kind = "warm" }]);
        PipelineClassifier classifier = ml.Model.CreatePipelineClassifier(AfterLoading(), data);
        using DisposeScope scope = NewDisposeScope();

        Tensor inputs = classifier.Encode(data);

        CollectionAssert.AreEqual(new[] { 1f, 0.4f, 0.2f }, inputs[0].mean([1, 2]).data<float>().Select(mean => MathF.Round(mean, 4)).ToArray());
        using MLImage image = classifier.Decode(inputs).GetColumn<MLImage>(nameof(Picture.Image)).Single();
        Assert.AreEqual(format, image.PixelFormat);
        CollectionAssert.AreEqual(pixels, image.Pixels.ToArray());
        Assert.AreEqual("Image.green[1, 2]", classifier.Features[(Picture.Height * Picture.Width) + Picture.Width + 2].Name);
    }

    [TestMethod]
    public void NumbersBesideImagesStayNumbers()
    {
        IDataView data = InMemory(Pictures);
        PipelineClassifier classifier = ml.Model.CreatePipelineClassifier(WithWeight(), data);
        using Tensor inputs = classifier.Encode(data);

        PipelineAttackResult result = classifier.Attack(data, Attack, "Key");

        CollectionAssert.AreEqual(new long[] { Features + 1 }, classifier.InputShape.ToArray());
        Assert.HasCount(Features, classifier.Constraints.EightBitFeatures);
        float[] weights = [.. result.Rows.GetColumn<float>(nameof(Picture.Weight))];
        Assert.IsTrue(weights.Zip(Pictures).Any(pair => pair.First != pair.Second.Weight));
        Assert.IsTrue(weights.Zip(Pictures).All(pair => Math.Abs(pair.First - pair.Second.Weight) <= 0.1 + 1e-6));
        RequireChangedByTheBudgetAtMost(result.Rows);
    }

    [TestMethod]
    public void ImagesThatMayNotChangeStay()
    {
        IDataView data = InMemory(Pictures);
        PipelineClassifier classifier = ml.Model.CreatePipelineClassifier(WithWeight(), data, new() { NumberColumns = [nameof(Picture.Weight)] });

        PipelineAttackResult result = classifier.Attack(data, Attack, "Key");

        Assert.IsTrue(Images(result.Rows).Zip(Pictures).All(pair => pair.First.SequenceEqual(pair.Second.Image!.Pixels.ToArray())));
        Assert.IsTrue(result.Rows.GetColumn<float>(nameof(Picture.Weight)).Zip(Pictures).Any(pair => pair.First != pair.Second.Weight));
    }

    [TestMethod]
    public void SeveralThreadsMayAskAtOnce()
    {
        IDataView data = InMemory(Pictures);
        PipelineClassifier classifier = ml.Model.CreatePipelineClassifier(AfterLoading(), data);
        using Tensor inputs = classifier.Encode(data);
        using Tensor expected = classifier.Logits(inputs);

        Parallel.For(0, 8, _ =>
        {
            using Tensor logits = classifier.Logits(inputs);
            CollectionAssert.AreEqual(Bits(expected), Bits(logits));
        });
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void ImagesMadeForAChainEndWithTheirRow(bool ownsObjects)
    {
        IDataView data = InMemory(Pictures[..2]);
        InputColumns columns = new(data, [data.Schema[nameof(Picture.Image)]], new());
        EncodedView view = new(data.Schema, columns, original: null) { Values = columns.Read(data), OwnsObjects = ownsObjects };
        MLImage first = null!, second = null!;
        using (DataViewRowCursor cursor = view.GetRowCursor([view.Schema[nameof(Picture.Image)]]))
        {
            ValueGetter<MLImage> getter = cursor.GetGetter<MLImage>(view.Schema[nameof(Picture.Image)]);
            Assert.IsTrue(cursor.MoveNext());
            getter(ref first);
            Assert.AreEqual(Picture.Width, first.Width);
            Assert.IsTrue(cursor.MoveNext());
            getter(ref second);
            Assert.AreEqual(Picture.Width, second.Width);
            Assert.AreEqual(ownsObjects, HasEnded(first));
        }

        Assert.AreEqual(ownsObjects, HasEnded(second));
    }

    [TestMethod]
    public void ImagesOfAnotherSizeAreNamed()
    {
        Picture[] pictures = Picture.Some(4);
        pictures[2].Image = MLImage.CreateFromPixels(2, 2, MLPixelFormat.Bgra32, new byte[16]);

        Failures.Require<InvalidOperationException>(
            () => ml.Model.CreatePipelineClassifier(AfterLoading(), InMemory(pictures)), "Row 2, column 'Image'", "6 x 8", "got 2 x 2", "ResizeImages");
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(3)]
    public void MissingImagesAreNamed(int row)
    {
        Picture[] pictures = Picture.Some(4);
        pictures[row].Image = null;

        Failures.Require<InvalidOperationException>(
            () => ml.Model.CreatePipelineClassifier(AfterLoading(), InMemory(pictures)), $"Row {row}, column 'Image'", "expected an image, got none");
    }

    [TestMethod]
    public void RowsAreNeededToSeeTheSize() => Failures.Require<ArgumentException>(
        () => ml.Model.CreatePipelineClassifier(AfterLoading(), InMemory([])), "Column 'Image'", "expected rows");

    private static bool HasEnded(MLImage image)
    {
        try
        {
            return image.Width == 0;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }

    private static void RequireChangedByTheBudgetAtMost(IDataView rows)
    {
        var largest = 0;
        foreach (var (pixels, picture) in Images(rows).Zip(Pictures))
        {
            var original = picture.Image!.Pixels;
            for (var place = 0; place < pixels.Length; place++)
            {
                largest = Math.Max(largest, Math.Abs(pixels[place] - original[place]));
            }
        }

        Assert.AreEqual(Budget, largest);
    }

    private static List<byte[]> Images(IDataView rows)
    {
        List<byte[]> images = [];
        foreach (MLImage image in rows.GetColumn<MLImage>(nameof(Picture.Image)))
        {
            images.Add(image.Pixels.ToArray());
            image.Dispose();
        }

        return images;
    }

    private static IEnumerable<string> Predicted(ITransformer model, IDataView rows)
    {
        IDataView scored = model.Transform(rows);
        VBuffer<ReadOnlyMemory<char>> names = default;
        scored.Schema["PredictedLabel"].GetKeyValues(ref names);
        return scored.GetColumn<uint>("PredictedLabel").Select(key => names.GetItemOrDefault((int)key - 1).ToString()).ToArray();
    }

    private static float[] Bits(Tensor values) => values.data<float>().ToArray();

    private ITransformer Loaded(ITransformer model, DataViewSchema schema)
    {
        using MemoryStream stream = new();
        ml.Model.Save(model, schema, stream);
        stream.Position = 0;
        return ml.Model.Load(stream, out _);
    }

    private static IEstimator<ITransformer> LoadImages(MLContext ml) => ml.Transforms.LoadImages(nameof(Picture.Image), Folder.FullName, nameof(Picture.Path));

    private static IEstimator<ITransformer> Chain(MLContext ml) => LoadImages(ml).Append(Picture.Features(ml)).AppendCacheCheckpoint(ml)
        .Append(ml.MulticlassClassification.Trainers.SdcaMaximumEntropy("Key"));

    private static ITransformer AfterLoading() => new ImageFiles(Linear.Value, Paths(new()).Schema).Rest;

    private static ITransformer WithWeight() => new ImageFiles(LinearWithWeight.Value, Paths(new()).Schema).Rest;

    private static IDataView Paths(MLContext ml) => ml.Data.LoadFromEnumerable(
        Pictures.Select(picture => new PictureFile { Path = picture.Path, Kind = picture.Kind, Weight = picture.Weight }));

    private IDataView InMemory(Picture[] pictures) => ml.Data.LoadFromEnumerable(pictures);

    private sealed class PictureFile
    {
        public string Path { get; set; } = "";

        public string Kind { get; set; } = "";

        public float Weight { get; set; }
    }
}
