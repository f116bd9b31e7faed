using System.Reflection;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Pipeline;

/// <summary>Our columns stay with their rows whatever ML.NET puts before or after them.</summary>
[TestClass]
public sealed class BatchedDataViewCompositionTests
{
    private const int RowCount = 300;

    private static readonly MLContext Ml = new(seed: 1);
    private static readonly TemporaryFolder Folder = new();

    public static IEnumerable<object[]> Views =>
    [
        ["alone", (IDataView view) => Transform(view), RowCount],
        ["Cache after", (IDataView view) => Ml.Data.Cache(Transform(view)), RowCount],
        ["Cache before", (IDataView view) => Transform(Ml.Data.Cache(view)), RowCount],
        ["ShuffleRows after", (IDataView view) => Ml.Data.ShuffleRows(Transform(view), seed: 3), RowCount],
        ["ShuffleRows before", (IDataView view) => Transform(Ml.Data.ShuffleRows(view, seed: 3)), RowCount],
        ["ShuffleRows of a cache", (IDataView view) => Ml.Data.ShuffleRows(Transform(Ml.Data.Cache(view)), seed: 3), RowCount],
        ["SkipRows", (IDataView view) => Ml.Data.SkipRows(Transform(view), 70), RowCount - 70],
        ["TakeRows", (IDataView view) => Ml.Data.TakeRows(Transform(view), 5), 5],
        ["FilterRowsByColumn on ours", (IDataView view) => Ml.Data.FilterRowsByColumn(Transform(view), ToyMapper.Sum, 12, 132), 120],
        ["FilterRowsByColumn before", (IDataView view) => Transform(Ml.Data.FilterRowsByColumn(view, "Id", 10, 130)), 120],
        ["AppendCacheCheckpoint", (IDataView view) => WithCheckpoint(view), RowCount],
        ["ours twice", (IDataView view) => Transform(Transform(view)), RowCount],
        ["SaveAsBinary", (IDataView view) => ThroughBinary(Transform(view)), RowCount],
    ];

    public static string NameOf(MethodInfo test, object[] arguments) => $"{test.Name}: {arguments[0]}";

    [ClassCleanup]
    public static void DeleteFolder() => Folder.Dispose();

    [TestMethod]
    [DynamicData(nameof(Views), DynamicDataDisplayName = nameof(NameOf))]
    public void Rows_stay_whole(string name, Func<IDataView, IDataView> arrange, int expectedRows)
    {
        IDataView view = arrange(Source());
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
        Assert.AreEqual(expectedRows, ToyRows.ReadAll(cursor, name).Count);
    }

    [TestMethod]
    [DynamicData(nameof(Views), DynamicDataDisplayName = nameof(NameOf))]
    public void Rows_stay_whole_when_only_ours_are_read(string name, Func<IDataView, IDataView> arrange, int expectedRows)
    {
        float[] sums = [.. arrange(Source()).GetColumn<float>(ToyMapper.Sum)];
        Assert.AreEqual(expectedRows, sums.Distinct().Count(), name);
    }

    [TestMethod]
    [DynamicData(nameof(Views), DynamicDataDisplayName = nameof(NameOf))]
    public void Ids_are_the_same_each_time(string name, Func<IDataView, IDataView> arrange, int expectedRows)
    {
        IDataView view = arrange(Source());
        var ids = new List<Dictionary<float, DataViewRowId>>();
        for (int pass = 0; pass < 2; pass++)
        {
            using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
            ids.Add(ToyRows.ReadAll(cursor, name));
        }

        Assert.AreEqual(expectedRows, ids[0].Values.Distinct().Count(), name);
        foreach ((float row, DataViewRowId id) in ids[0])
            Assert.AreEqual(id, ids[1][row], $"{name}, row {row}");
    }

    [TestMethod]
    [DynamicData(nameof(Views), DynamicDataDisplayName = nameof(NameOf))]
    public void A_set_of_four_cursors_shares_the_rows(string name, Func<IDataView, IDataView> arrange, int expectedRows)
    {
        IDataView view = arrange(Source());
        var ids = new Dictionary<float, DataViewRowId>();
        foreach (DataViewRowCursor cursor in view.GetRowCursorSet(view.Schema, 4))
        {
            using (cursor)
            {
                foreach ((float row, DataViewRowId id) in ToyRows.ReadAll(cursor, name))
                    ids.Add(row, id);
            }
        }
        Assert.HasCount(expectedRows, ids, name);
    }

    private static IDataView Source() => Ml.Data.LoadFromEnumerable(ToyRow.CreateMany(RowCount));

    private static IDataView Transform(IDataView view) => new ToyTransformer(new ToyMapper.Costs(), batchSize: 32).Transform(view);

    private static IDataView WithCheckpoint(IDataView view) =>
        new EstimatorChain<ITransformer>()
            .Append(Ml.Transforms.CopyColumns("Copied", "Features"))
            .AppendCacheCheckpoint(Ml)
            .Append(new ToyEstimator())
            .Append(Ml.Transforms.Concatenate("Both", "Sum", "Doubled"))
            .Fit(view)
            .Transform(view);

    private static IDataView ThroughBinary(IDataView view)
    {
        string path = Folder.File(Path.GetRandomFileName());
        using (FileStream stream = File.Create(path))
            Ml.Data.SaveAsBinary(view, stream);
        return Ml.Data.LoadFromBinary(path);
    }

    private sealed class ToyEstimator : IEstimator<ToyTransformer>
    {
        public ToyTransformer Fit(IDataView input) => new(new ToyMapper.Costs(), batchSize: 32);

        // SchemaShape.Column can't be constructed by others than ML.NET: these copies have the shapes of what the toy adds.
        public SchemaShape GetOutputSchema(SchemaShape inputSchema) =>
            Ml.Transforms.CopyColumns(ToyMapper.Sum, "Id")
                .Append(Ml.Transforms.CopyColumns(ToyMapper.Doubled, "Features"))
                .GetOutputSchema(inputSchema);
    }
}
