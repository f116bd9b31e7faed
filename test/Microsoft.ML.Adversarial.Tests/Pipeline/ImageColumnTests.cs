using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Adversarial.Pipeline;

/// <summary>Objects can't be read ahead: a second cursor fetches them when their row comes.</summary>
[TestClass]
public sealed class ImageColumnTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    [DataRow(1)]
    [DataRow(64)]
    public void Images_stay_with_their_rows(int batchSize)
    {
        const int Count = 90;
        using var folder = new TemporaryFolder();
        for (int i = 0; i < Count; i++)
            SaveGrey(folder.File($"{i}.png"), (byte)i);
        IDataView source = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, Count).Select(i => new ImageRow { Path = $"{i}.png", Id = i }));
        IDataView features = _ml.Transforms.LoadImages("Image", folder.FullName, "Path")
            .Append(_ml.Transforms.ResizeImages("Image", 4, 4))
            .Append(_ml.Transforms.ExtractPixels("Features", "Image", ImagePixelExtractingEstimator.ColorBits.Red))
            .Fit(source)
            .Transform(source);
        IDataView view = new ToyTransformer(new ToyMapper.Costs(), batchSize).Transform(features);

        Assert.HasCount(1, view.GetRowCursorSet(view.Schema, 4));
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
        ValueGetter<MLImage> getImage = cursor.GetGetter<MLImage>(view.Schema["Image"]);
        ValueGetter<float> getId = cursor.GetGetter<float>(view.Schema["Id"]);
        ValueGetter<float> getSum = cursor.GetGetter<float>(view.Schema[ToyMapper.Sum]);
        MLImage image = null!;
        float id = 0, sum = 0;
        int rows = 0;
        for (; cursor.MoveNext(); rows++)
        {
            getSum(ref sum);
            getImage(ref image);
            getId(ref id);
            Assert.AreEqual(rows, id);
            Assert.AreEqual(4, image.Width);
            Assert.AreEqual((byte)rows, image.Pixels[0]);
            Assert.AreEqual(16f * rows, sum);
        }
        image.Dispose();
        Assert.AreEqual(Count, rows);
    }

    [TestMethod]
    public void Objects_of_a_source_that_changes_its_order_are_refused()
    {
        using var folder = new TemporaryFolder();
        SaveGrey(folder.File("0.png"), 0);
        ImageRow[] rows = [new() { Path = "0.png", Id = 0 }, new() { Path = "0.png", Id = 1 }];
        bool isFirst = true;
        IDataView source = _ml.Data.LoadFromEnumerable(rows);
        IDataView images = _ml.Transforms.LoadImages("Image", folder.FullName, "Path")
            .Append(_ml.Transforms.ResizeImages("Image", 4, 4))
            .Append(_ml.Transforms.ExtractPixels("Features", "Image"))
            .Fit(source)
            .Transform(_ml.Data.FilterByCustomPredicate(source, (ImageRow row) =>
            {
                bool drop = isFirst;
                isFirst = false;
                return drop;
            }));
        IDataView view = new ToyTransformer(new ToyMapper.Costs(), 8).Transform(images);
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);

        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => cursor.MoveNext());
        StringAssert.Contains(failure.Message, "Row 0: expected the id");
    }

    private static void SaveGrey(string path, byte grey)
    {
        byte[] pixels = [.. Enumerable.Repeat(new byte[] { grey, grey, grey, 255 }, 16).SelectMany(pixel => pixel)];
        using MLImage image = MLImage.CreateFromPixels(4, 4, MLPixelFormat.Bgra32, pixels);
        image.Save(path);
    }

    private sealed class ImageRow
    {
        public string Path { get; set; } = "";

        public float Id { get; set; }
    }
}
