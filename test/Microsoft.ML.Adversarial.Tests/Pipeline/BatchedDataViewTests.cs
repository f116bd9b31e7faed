using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Pipeline;

[TestClass]
public sealed class BatchedDataViewTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly ToyMapper.Costs _costs = new();

    [TestMethod]
    [DataRow(1)]
    [DataRow(7)]
    [DataRow(64)]
    [DataRow(1000)]
    public void Batched_equals_row_by_row(int batchSize)
    {
        ToyPrediction[] predictions = [.. Read(Transform(ToyRow.CreateMany(150), batchSize))];

        Assert.HasCount(150, predictions);
        for (int i = 0; i < predictions.Length; i++)
        {
            Assert.AreEqual(i, predictions[i].Id);
            Assert.AreEqual(i + 2f, predictions[i].Sum);
            CollectionAssert.AreEqual(new[] { 2f * i, 1f, 3f }, predictions[i].Doubled);
        }
        Assert.AreEqual(150, _costs.Rows);
    }

    [TestMethod]
    public void Batches_grow_up_to_the_batch_size()
    {
        float[] sums = [.. Transform(ToyRow.CreateMany(100), batchSize: 20).GetColumn<float>(ToyMapper.Sum)];

        Assert.HasCount(100, sums);
        CollectionAssert.AreEqual(new[] { 1, 4, 16, 20, 20, 20, 19 }, _costs.Batches);
    }

    [TestMethod]
    public void Nothing_is_computed_for_columns_nobody_reads()
    {
        IDataView view = Transform(ToyRow.CreateMany(100));

        float[] ids = [.. view.GetColumn<float>("Id")];
        using (DataViewRowCursor cursor = view.GetRowCursor(view.Schema))
        {
            while (cursor.MoveNext())
            {
            }
        }

        Assert.HasCount(100, ids);
        Assert.IsEmpty(_costs.Batches);
    }

    [TestMethod]
    public void A_batch_that_nobody_asked_for_is_skipped()
    {
        IDataView view = Transform(ToyRow.CreateMany(60), batchSize: 16);
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
        ValueGetter<float> getter = cursor.GetGetter<float>(view.Schema[ToyMapper.Sum]);
        float sum = 0;
        while (cursor.MoveNext())
        {
            if (cursor.Position is >= 21 and < 37)     // the fourth batch: 1 + 4 + 16 rows come before it
                getter(ref sum);
        }
        CollectionAssert.AreEqual(new[] { 16 }, _costs.Batches);
    }

    [TestMethod]
    public void A_preview_computes_few_rows()
    {
        DataDebuggerPreview preview = Transform(ToyRow.CreateMany(1000)).Preview(maxRows: 1);

        Assert.HasCount(1, preview.RowView);
        Assert.IsLessThanOrEqualTo(5, _costs.Rows);
    }

    [TestMethod]
    public void Taking_five_rows_computes_five()
    {
        float[] sums = [.. _ml.Data.TakeRows(Transform(ToyRow.CreateMany(1000)), 5).GetColumn<float>(ToyMapper.Sum)];

        CollectionAssert.AreEqual(new[] { 2f, 3f, 4f, 5f, 6f }, sums);
        Assert.AreEqual(5, _costs.Rows);
    }

    [TestMethod]
    public void Delivers_the_schema_that_it_promises()
    {
        IDataView source = _ml.Data.LoadFromEnumerable(ToyRow.CreateMany(3));
        var transformer = new ToyTransformer(_costs, 8);
        IDataView view = transformer.Transform(source);
        DataViewSchema promised = transformer.GetOutputSchema(source.Schema);

        CollectionAssert.AreEqual(
            new[] { "Id", "Name", "Features", "ExpectedSum", "Sum", "Doubled", "RowId" }, view.Schema.Select(c => c.Name).ToArray());
        CollectionAssert.AreEqual(view.Schema.Select(c => c.ToString()).ToArray(), promised.Select(c => c.ToString()).ToArray());
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
        Assert.AreSame(view.Schema, cursor.Schema);
        foreach (DataViewSchema.Column column in view.Schema)
            Assert.IsTrue(cursor.IsColumnActive(column), column.Name);
    }

    [TestMethod]
    public void An_added_column_hides_one_of_the_same_name()
    {
        IDataView twice = new ToyTransformer(_costs, 8).Transform(Transform(ToyRow.CreateMany(3)));

        Assert.AreEqual(10, twice.Schema.Count);
        Assert.IsTrue(twice.Schema[4].IsHidden);
        CollectionAssert.AreEqual(new[] { 2f, 3f, 4f }, twice.GetColumn<float>(ToyMapper.Sum).ToArray());
    }

    [TestMethod]
    public void A_column_that_was_not_asked_for_is_refused_by_name()
    {
        IDataView view = Transform(ToyRow.CreateMany(3));
        using DataViewRowCursor cursor = view.GetRowCursor([view.Schema[ToyMapper.Sum], view.Schema["Id"]]);

        var failure = Assert.ThrowsExactly<ArgumentException>(() => cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema["Name"]));
        StringAssert.Contains(failure.Message, "Column 'Name': expected one of the columns that were asked for");
        StringAssert.Contains(failure.Message, "'Id', 'Sum'");
        Assert.IsFalse(cursor.IsColumnActive(view.Schema["Name"]));
    }

    [TestMethod]
    [DataRow("Id")]
    [DataRow("Sum")]
    public void A_getter_of_the_wrong_type_is_refused_by_name(string column)
    {
        IDataView view = Transform(ToyRow.CreateMany(3));
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);

        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => cursor.GetGetter<double>(view.Schema[column]));
        StringAssert.Contains(failure.Message, $"Column '{column}': expected a getter of System.Single");
    }

    [TestMethod]
    public void A_getter_needs_a_row()
    {
        IDataView view = Transform(ToyRow.CreateMany(1));
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
        ValueGetter<float> sum = cursor.GetGetter<float>(view.Schema[ToyMapper.Sum]);
        ValueGetter<float> id = cursor.GetGetter<float>(view.Schema["Id"]);
        float value = 0;

        Assert.ThrowsExactly<InvalidOperationException>(() => sum(ref value));
        Assert.IsTrue(cursor.MoveNext());
        sum(ref value);
        Assert.AreEqual(2f, value);
        Assert.IsFalse(cursor.MoveNext());
        Assert.IsFalse(cursor.MoveNext());
        Assert.AreEqual(-1, cursor.Position);
        Assert.ThrowsExactly<InvalidOperationException>(() => sum(ref value));
        Assert.ThrowsExactly<InvalidOperationException>(() => id(ref value));
    }

    [TestMethod]
    public void Disposing_a_cursor_disposes_its_computation()
    {
        IDataView view = Transform(ToyRow.CreateMany(1));
        view.GetRowCursor(view.Schema).Dispose();
        Assert.AreEqual(1, _costs.Disposed);
    }

    [TestMethod]
    public void An_empty_source_gives_an_empty_view()
    {
        IDataView view = _ml.Data.FilterByCustomPredicate(_ml.Data.LoadFromEnumerable(ToyRow.CreateMany(3)), (ToyRow _) => true);
        Assert.IsEmpty(new ToyTransformer(_costs, 8).Transform(view).GetColumn<float>(ToyMapper.Sum).ToArray());
        Assert.IsEmpty(_costs.Batches);
    }

    [TestMethod]
    public void A_batch_size_below_one_is_refused() =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Transform(ToyRow.CreateMany(1), batchSize: 0));

    private IDataView Transform(ToyRow[] rows, int batchSize = 64) =>
        new ToyTransformer(_costs, batchSize).Transform(_ml.Data.LoadFromEnumerable(rows));

    private IEnumerable<ToyPrediction> Read(IDataView view) =>
        _ml.Data.CreateEnumerable<ToyPrediction>(view, reuseRowObject: false, ignoreMissingColumns: true);
}
