using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Data;

[TestClass]
public sealed class LoadFromIdxTests
{
    private static readonly string Mnist = Path.Combine(AppContext.BaseDirectory, "mnist");
    private static readonly string MnistImages = Path.Combine(Mnist, "t10k-images-idx3-ubyte.gz");
    private static readonly string MnistLabels = Path.Combine(Mnist, "t10k-labels-idx1-ubyte.gz");

    private readonly MLContext _ml = new(seed: 1);
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void DeleteFolder() => _folder.Dispose();

    [TestMethod]
    public void Mnist_has_the_promised_schema()
    {
        IDataView view = _ml.Data.LoadFromIdx(MnistImages, MnistLabels);

        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Single, 1, 28, 28), view.Schema["Features"].Type);
        Assert.AreEqual(new KeyDataViewType(typeof(uint), 10), view.Schema["Label"].Type);
        VBuffer<ReadOnlyMemory<char>> names = default;
        view.Schema["Label"].GetKeyValues(ref names);
        Assert.AreEqual("0 1 2 3 4 5 6 7 8 9", string.Join(' ', names.DenseValues()));
        Assert.AreEqual(10_000, view.GetRowCount());
        Assert.IsFalse(view.CanShuffle);
    }

    [TestMethod]
    public void Mnist_has_its_rows()
    {
        IDataView view = _ml.Data.LoadFromIdx(MnistImages, MnistLabels);
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
        ValueGetter<VBuffer<float>> getFeatures = cursor.GetGetter<VBuffer<float>>(view.Schema["Features"]);
        ValueGetter<uint> getLabel = cursor.GetGetter<uint>(view.Schema["Label"]);
        ValueGetter<DataViewRowId> getId = cursor.GetIdGetter();
        VBuffer<float> features = default;
        uint label = 0;
        DataViewRowId id = default;
        var counts = new int[10];
        float smallest = float.MaxValue, largest = float.MinValue;
        double sum = 0;
        for (ulong row = 0; row < 10_000; row++)
        {
            Assert.IsTrue(cursor.MoveNext());
            getFeatures(ref features);
            getLabel(ref label);
            getId(ref id);
            if (row == 0)
                Assert.AreEqual(7u, label - 1);
            Assert.AreEqual(new DataViewRowId(row, 0), id);
            Assert.AreEqual((long)row, cursor.Position);
            counts[label - 1]++;
            foreach (float pixel in features.GetValues())
            {
                smallest = Math.Min(smallest, pixel);
                largest = Math.Max(largest, pixel);
                sum += pixel;
            }
        }

        Assert.IsFalse(cursor.MoveNext());
        CollectionAssert.AreEqual(new[] { 980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009 }, counts);
        Assert.AreEqual(0f, smallest);
        Assert.AreEqual(1f, largest);
        Assert.AreEqual(0.13251, sum / (10_000 * 784), 1e-5);
    }

    [TestMethod]
    public void Plain_and_gzip_are_told_apart_by_content()
    {
        string images = _folder.Write("images.gz", IdxBytes.Gunzip(File.ReadAllBytes(MnistImages)));
        string labels = _folder.Write("labels", File.ReadAllBytes(MnistLabels));
        float[][] plain = [.. _ml.Data.LoadFromIdx(images, labels).GetColumn<float[]>("Features").Take(200)];
        float[][] compressed = [.. _ml.Data.LoadFromIdx(MnistImages, MnistLabels).GetColumn<float[]>("Features").Take(200)];

        for (int row = 0; row < 200; row++)
            CollectionAssert.AreEqual(compressed[row], plain[row]);
        CollectionAssert.AreEqual(
            _ml.Data.LoadFromIdx(MnistImages, MnistLabels).GetColumn<uint>("Label").ToArray(),
            _ml.Data.LoadFromIdx(images, labels).GetColumn<uint>("Label").ToArray());
    }

    [TestMethod]
    [DataRow(new[] { 2, 3 }, new[] { 1, 2, 3 })]
    [DataRow(new[] { 3, 2, 2 }, new[] { 3, 2, 2 })]
    [DataRow(new[] { 5 }, new[] { 5 })]
    public void Dimensions_follow_the_header(int[] inFile, int[] expected)
    {
        (string images, string labels) = Write(IdxBytes.Images(4, inFile), IdxBytes.Labels(0, 1, 2, 0));
        IDataView view = _ml.Data.LoadFromIdx(images, labels);

        CollectionAssert.AreEqual(expected, ((VectorDataViewType)view.Schema["Features"].Type).Dimensions.ToArray());
        int length = expected.Aggregate(1, (product, size) => product * size);
        CollectionAssert.AreEqual(
            Enumerable.Range(0, length * 4).Select(i => i / 255f).ToArray(),
            view.GetColumn<float[]>("Features").SelectMany(x => x).ToArray());
    }

    [TestMethod]
    [DataRow(null, 3)]
    [DataRow(3, 3)]
    [DataRow(10, 10)]
    public void Classes_are_counted_or_given(int? classCount, int expected)
    {
        (string images, string labels) = Write(IdxBytes.Images(4, 2), IdxBytes.Labels(0, 2, 2, 0));
        IDataView view = _ml.Data.LoadFromIdx(images, labels, classCount);

        Assert.AreEqual((ulong)expected, ((KeyDataViewType)view.Schema["Label"].Type).Count);
        CollectionAssert.AreEqual(new uint[] { 1, 3, 3, 1 }, view.GetColumn<uint>("Label").ToArray());
    }

    [TestMethod]
    public void A_file_whose_column_is_not_read_is_not_opened()
    {
        (string images, string labels) = Write(IdxBytes.Images(2, 2), IdxBytes.Labels(0, 1));
        IDataView view = _ml.Data.LoadFromIdx(images, labels);

        File.Delete(images);
        CollectionAssert.AreEqual(new uint[] { 1, 2 }, view.GetColumn<uint>("Label").ToArray());
        Assert.ThrowsExactly<FileNotFoundException>(() => view.GetRowCursor(view.Schema));

        _folder.Write("images", IdxBytes.Images(2, 2));
        File.Delete(labels);
        Assert.HasCount(2, view.GetColumn<float[]>("Features").ToArray());
    }

    [TestMethod]
    public void A_view_can_be_read_many_times_and_cached_and_shuffled()
    {
        byte[] classes = [.. Enumerable.Range(0, 100).Select(i => (byte)i)];
        (string images, string labels) = Write(IdxBytes.Images(100, 2), IdxBytes.Labels(classes));
        IDataView view = _ml.Data.LoadFromIdx(images, labels);
        uint[] expected = [.. Enumerable.Range(1, 100).Select(i => (uint)i)];

        CollectionAssert.AreEqual(expected, view.GetColumn<uint>("Label").ToArray());
        CollectionAssert.AreEqual(expected, view.GetColumn<uint>("Label").ToArray());
        uint[] shuffled = [.. _ml.Data.ShuffleRows(_ml.Data.Cache(view), seed: 2).GetColumn<uint>("Label")];
        CollectionAssert.AreEquivalent(expected, shuffled);
        CollectionAssert.AreNotEqual(expected, shuffled);
    }

    private (string Images, string Labels) Write(byte[] images, byte[] labels) =>
        (_folder.Write("images", images), _folder.Write("labels", labels));
}
