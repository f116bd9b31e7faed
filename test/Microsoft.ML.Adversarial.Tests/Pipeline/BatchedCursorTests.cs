using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Pipeline;

/// <summary>Cursor sets, shuffling, ids and batch numbers are the source's.</summary>
[TestClass]
public sealed class BatchedCursorTests
{
    private const int RowCount = 300;

    private static readonly MLContext Ml = new(seed: 1);

    [TestMethod]
    public void A_set_over_a_cache_computes_in_parallel_cursors()
    {
        IDataView view = Transform(Ml.Data.Cache(Source()));
        DataViewRowCursor[] cursors = view.GetRowCursorSet(view.Schema, 4);
        try
        {
            Assert.HasCount(4, cursors);
            Dictionary<float, DataViewRowId>[] parts = [.. cursors.AsParallel().Select(cursor => ToyRows.ReadAll(cursor, "parallel"))];
            Assert.AreEqual(RowCount, parts.Sum(part => part.Count));
        }
        finally
        {
            foreach (DataViewRowCursor cursor in cursors)
                cursor.Dispose();
        }
    }

    /// <summary>ML.NET puts the rows of a set back in order by their batch numbers.</summary>
    [TestMethod]
    public void Rows_of_a_set_keep_the_batch_numbers_of_the_source()
    {
        IDataView source = Ml.Data.Cache(Ml.Data.LoadFromEnumerable(ToyRow.CreateMany(1000)));
        Dictionary<DataViewRowId, long> expected = BatchNumbers(source);
        Dictionary<DataViewRowId, long> got = BatchNumbers(Transform(source));

        Assert.IsGreaterThan(1, expected.Values.Distinct().Count());
        CollectionAssert.AreEquivalent(expected.ToArray(), got.ToArray());
    }

    [TestMethod]
    public void A_shuffling_cursor_shuffles_rows_and_keeps_their_ids()
    {
        IDataView view = Transform(Ml.Data.Cache(Source()));
        Assert.IsTrue(view.CanShuffle);
        using DataViewRowCursor ordered = view.GetRowCursor(view.Schema);
        using DataViewRowCursor shuffled = view.GetRowCursor(view.Schema, new Random(5));
        Dictionary<float, DataViewRowId> expected = ToyRows.ReadAll(ordered, "ordered");
        Dictionary<float, DataViewRowId> got = ToyRows.ReadAll(shuffled, "shuffled");

        CollectionAssert.AreEquivalent(expected.ToArray(), got.ToArray());
        CollectionAssert.AreNotEqual(expected.Keys.ToArray(), got.Keys.ToArray());
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void A_computation_sees_the_id_of_its_row(bool shuffled)
    {
        IDataView view = Transform(Ml.Data.Cache(Source()));
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema, shuffled ? new Random(4) : null);
        ValueGetter<DataViewRowId> getExpected = cursor.GetIdGetter();
        ValueGetter<DataViewRowId> getSeen = cursor.GetGetter<DataViewRowId>(view.Schema[ToyMapper.RowId]);
        var ids = new HashSet<DataViewRowId>();
        DataViewRowId expected = default, seen = default;
        while (cursor.MoveNext())
        {
            getExpected(ref expected);
            getSeen(ref seen);
            Assert.AreEqual(expected, seen);
            ids.Add(seen);
        }
        Assert.HasCount(RowCount, ids);
    }

    [TestMethod]
    public void The_row_count_is_the_sources()
    {
        Assert.AreEqual(RowCount, Transform(Source()).GetRowCount());
        Assert.IsNull(Transform(Ml.Data.FilterRowsByColumn(Source(), "Id", 10, 130)).GetRowCount());
    }

    private static Dictionary<DataViewRowId, long> BatchNumbers(IDataView view)
    {
        var numbers = new Dictionary<DataViewRowId, long>();
        DataViewRowId id = default;
        foreach (DataViewRowCursor cursor in view.GetRowCursorSet(view.Schema, 4))
        {
            using (cursor)
            {
                ValueGetter<DataViewRowId> getId = cursor.GetIdGetter();
                while (cursor.MoveNext())
                {
                    getId(ref id);
                    numbers.Add(id, cursor.Batch);
                }
            }
        }
        return numbers;
    }

    private static IDataView Source() => Ml.Data.LoadFromEnumerable(ToyRow.CreateMany(RowCount));

    private static IDataView Transform(IDataView view) => new ToyTransformer(new ToyMapper.Costs(), batchSize: 32).Transform(view);
}
