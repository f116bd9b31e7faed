using System.Reflection;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Data;

[TestClass]
public sealed class LoadFromIdxErrorTests
{
    private static readonly byte[] GoodImages = IdxBytes.Images(3, 2, 2);
    private static readonly byte[] GoodLabels = IdxBytes.Labels(0, 1, 2);

    private readonly MLContext _ml = new(seed: 1);
    private readonly TemporaryFolder _folder = new();

    public static IEnumerable<object[]> BadHeaders =>
    [
        ["not IDX", "PNG?"u8.ToArray(), GoodLabels, "images': expected an IDX file, which starts with the bytes 00 00 08, got 504E473F"],
        ["labels not IDX", GoodImages, new byte[] { 0, 0, 0x42, 1, 0, 0, 0, 0 }, "labels': expected an IDX file"],
        ["floats", IdxBytes.Create([1, 1], new byte[4], type: 0x0D), GoodLabels, "type unsigned byte (0x08), got float (0x0D)"],
        ["no dimensions", IdxBytes.Create([], []), GoodLabels, "expected 1 to 4 dimensions, got 0"],
        ["too many dimensions", IdxBytes.Create([1, 1, 1, 1, 1], [1]), GoodLabels, "expected 1 to 4 dimensions, got 5"],
        ["no pixels", IdxBytes.Create([3, 0, 2], []), GoodLabels, "got dimensions 3 × 0 × 2; the header is damaged"],
        ["too many pixels", IdxBytes.Create([3, -1, -1], []), GoodLabels, "the header is damaged"],
        ["empty file", Array.Empty<byte>(), GoodLabels, "images', the header: expected an IDX header, got a file that ends here"],
        ["header cut", GoodImages[..9], GoodLabels, "images', the header: expected an IDX header, got a file that ends here"],
        ["gzip header damaged", Damage(IdxBytes.Gzip(GoodImages), 10), GoodLabels, "images', the header: expected intact gzip data"],
        ["swapped", GoodLabels, GoodImages, "images': expected images (2 to 4 dimensions), got 1 dimension; are the two paths swapped?"],
        ["two images", GoodImages, GoodImages, "labels': expected labels (1 dimension), got 3 dimensions; are the two paths swapped?"],
        ["counts differ", GoodImages, IdxBytes.Labels(0, 1), "Expected as many labels as images, got 3 images in "],
        ["no labels", IdxBytes.Images(0, 2), IdxBytes.Labels(), "labels': expected at least one label, got none"],
        ["labels too long", GoodImages, (byte[])[.. GoodLabels, 0], "labels', the end: expected 3 rows of 1 bytes, got more"],
        ["labels cut", GoodImages, GoodLabels[..^1], "labels', row 2: expected 3 rows of 1 bytes, got a file that ends here"],
    ];

    public static IEnumerable<object[]> BadRows
    {
        get
        {
            // Noise does not compress, so the damage in the middle falls into the rows.
            var noise = new byte[5000 * 100];
            new Random(7).NextBytes(noise);
            byte[] compressed = IdxBytes.Gzip(IdxBytes.Create([5000, 100], noise));
            byte[] labels = IdxBytes.Labels(new byte[5000]);
            yield return ["images cut", GoodImages[..^1], GoodLabels, "images', row 2: expected 3 rows of 4 bytes, got a file"];
            yield return ["images missing", GoodImages[..^8], GoodLabels, "images', row 1: expected 3 rows of 4 bytes"];
            yield return ["images too long", (byte[])[.. GoodImages, 0], GoodLabels, "images', the end: expected 3 rows"];
            yield return ["gzip altered", Alter(compressed, compressed.Length / 2), labels, ": expected intact gzip data"];
            yield return ["gzip cut", compressed[..(compressed.Length / 2)], labels, "images', row 2"];
            yield return ["gzip damaged", Damage(compressed, compressed.Length / 2), labels, "images', row "];
        }
    }

    public static string NameOf(MethodInfo test, object[] arguments) => $"{test.Name}: {arguments[0]}";

    [TestCleanup]
    public void DeleteFolder() => _folder.Dispose();

    [TestMethod]
    [DynamicData(nameof(BadHeaders), DynamicDataDisplayName = nameof(NameOf))]
    public void A_bad_file_is_refused_when_loading(string name, byte[] images, byte[] labels, string expected)
    {
        var failure = Assert.ThrowsExactly<InvalidDataException>(() => Load(images, labels), name);
        StringAssert.Contains(failure.Message, expected);
    }

    [TestMethod]
    [DynamicData(nameof(BadRows), DynamicDataDisplayName = nameof(NameOf))]
    public void A_bad_row_is_named_when_reading(string name, byte[] images, byte[] labels, string expected)
    {
        IDataView view = Load(images, labels);
        int read = 0;
        var failure = Assert.ThrowsExactly<InvalidDataException>(() =>
        {
            foreach (float[] _ in view.GetColumn<float[]>("Features"))
                read++;
        });
        StringAssert.Contains(failure.Message, expected, name);
        StringAssert.Contains(failure.Message, failure.Message.Contains("the end:") ? $"'{_folder.File("images")}'" : $"row {read}:");
    }

    [TestMethod]
    public void A_label_above_the_class_count_is_named()
    {
        IDataView view = Load(GoodImages, GoodLabels, classCount: 2);
        var failure = Assert.ThrowsExactly<InvalidDataException>(() => view.GetColumn<uint>("Label").ToArray());
        StringAssert.Contains(failure.Message, "labels', row 2, column 'Label': expected a class from 0 to 1, got 2; pass a larger number");
        Assert.HasCount(3, view.GetColumn<float[]>("Features").ToArray());
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void A_missing_file_is_named(bool imagesAreMissing)
    {
        string present = _folder.Write("present", imagesAreMissing ? GoodLabels : GoodImages);
        string missing = _folder.File("missing");
        var failure = Assert.ThrowsExactly<FileNotFoundException>(
            () => _ml.Data.LoadFromIdx(imagesAreMissing ? missing : present, imagesAreMissing ? present : missing));
        Assert.AreEqual(missing, failure.FileName);
        StringAssert.Contains(failure.Message, missing);
    }

    [TestMethod]
    [DataRow(null, "labels")]
    [DataRow("", "labels")]
    [DataRow("images", null)]
    [DataRow("images", "")]
    public void A_path_is_required(string? images, string? labels) =>
        Assert.Throws<ArgumentException>(() => _ml.Data.LoadFromIdx(images!, labels!));

    [TestMethod]
    [DataRow(0)]
    [DataRow(-3)]
    public void A_class_count_below_one_is_refused(int classCount)
    {
        var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Load(GoodImages, GoodLabels, classCount));
        StringAssert.Contains(failure.Message, "Expected at least 1 class");
    }

    [TestMethod]
    public void A_getter_of_another_type_or_column_is_refused()
    {
        IDataView view = Load(GoodImages, GoodLabels);
        using DataViewRowCursor cursor = view.GetRowCursor([view.Schema["Label"]]);
        Assert.ThrowsExactly<ArgumentException>(() => cursor.GetGetter<VBuffer<float>>(view.Schema["Features"]));
        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => cursor.GetGetter<float>(view.Schema["Label"]));
        StringAssert.Contains(failure.Message, "Column 'Label': expected a getter of System.UInt32, was asked for one of System.Single");
    }

    // One pixel: incompressible data is stored as it is, so only the checksum tells.
    private static byte[] Alter(byte[] file, int at)
    {
        byte[] altered = [.. file];
        altered[at] ^= 1;
        return altered;
    }

    private static byte[] Damage(byte[] file, int at)
    {
        byte[] damaged = [.. file];
        for (int i = at; i < Math.Min(at + 40, file.Length); i++)
            damaged[i] = 0xFF;
        return damaged;
    }

    private IDataView Load(byte[] images, byte[] labels, int? classCount = null) =>
        _ml.Data.LoadFromIdx(_folder.Write("images", images), _folder.Write("labels", labels), classCount);
}
