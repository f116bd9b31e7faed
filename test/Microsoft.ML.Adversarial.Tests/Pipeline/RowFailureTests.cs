using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Pipeline;

/// <summary>A bad row fails where it is read, by name, and nowhere else.</summary>
[TestClass]
public sealed class RowFailureTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void A_row_that_cannot_be_read_fails_alone()
    {
        ToyRow[] rows = ToyRow.CreateMany(30);
        rows[7].Features = [1, float.NaN, 2];       // the third of the batch of 16 that starts at row 5
        var costs = new ToyMapper.Costs();
        IDataView view = Transform(rows, costs);
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
        ValueGetter<float> getSum = cursor.GetGetter<float>(view.Schema[ToyMapper.Sum]);
        ValueGetter<float> getId = cursor.GetGetter<float>(view.Schema["Id"]);
        float sum = 0, id = 0;

        for (int row = 0; row < rows.Length; row++)
        {
            Assert.IsTrue(cursor.MoveNext());
            getId(ref id);
            Assert.AreEqual(row, id);
            if (row == 7)
            {
                for (int attempt = 0; attempt < 2; attempt++)
                {
                    var failure = Assert.ThrowsExactly<InvalidOperationException>(() => getSum(ref sum));
                    StringAssert.Contains(failure.Message, "Row 7, column 'Features', slot 1: expected a finite number, got NaN");
                }
            }
            else
            {
                getSum(ref sum);
                Assert.AreEqual(row + 2, sum);
            }
        }
        Assert.IsFalse(cursor.MoveNext());
        Assert.AreEqual(rows.Length - 1, costs.Rows);
    }

    [TestMethod]
    public void A_bad_row_nobody_asks_about_is_no_failure()
    {
        ToyRow[] rows = ToyRow.CreateMany(30);
        rows[7].Features = [1, float.PositiveInfinity, 2];
        IDataView view = Transform(rows, new ToyMapper.Costs());

        Assert.HasCount(7, _ml.Data.TakeRows(view, 7).GetColumn<float>(ToyMapper.Sum).ToArray());
        Assert.HasCount(30, view.GetColumn<float>("Id").ToArray());
    }

    [TestMethod]
    public void A_batch_that_cannot_be_computed_fails_at_its_getters_only()
    {
        var costs = new ToyMapper.Costs { FailAtSum = 9 };      // row 7, the third of the batch of rows 5 to 20
        IDataView view = Transform(ToyRow.CreateMany(30), costs);
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
        ValueGetter<float> getSum = cursor.GetGetter<float>(view.Schema[ToyMapper.Sum]);
        var failed = new List<long>();
        float sum = 0;

        while (cursor.MoveNext())
        {
            try
            {
                getSum(ref sum);
                Assert.AreEqual(cursor.Position + 2, sum);
            }
            catch (InvalidOperationException failure)
            {
                Assert.AreEqual("The sum 9 can't be computed", failure.Message);
                failed.Add(cursor.Position);
            }
        }

        CollectionAssert.AreEqual(Enumerable.Range(5, 16).Select(i => (long)i).ToArray(), failed);
        CollectionAssert.AreEqual(new[] { 1, 4, 16, 9 }, costs.Batches);
    }

    [TestMethod]
    public void A_vector_of_another_length_names_row_and_column()
    {
        IDataView source = _ml.Data.LoadFromEnumerable(
            Enumerable.Range(0, 20).Select(i => new OpenRow { Features = new float[i == 17 ? 2 : 3] }));
        Assert.AreEqual(0, ((VectorDataViewType)source.Schema["Features"].Type).Size);
        using DataViewRowCursor cursor = source.GetRowCursor(source.Schema);
        var buffer = new FeatureBuffer(cursor, source.Schema["Features"], length: 3, capacity: 1);

        for (int row = 0; row < 17; row++)
        {
            cursor.MoveNext();
            buffer.Read(0, row);
        }
        cursor.MoveNext();
        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => buffer.Read(0, 17));
        StringAssert.Contains(failure.Message, "Row 17, column 'Features': expected a vector of 3 Single, got 2");
    }

    [TestMethod]
    public void A_source_that_fails_while_reading_ahead_fails_at_its_row()
    {
        IEnumerable<ToyRow> Rows()
        {
            for (int i = 0; i < 12; i++)
                yield return ToyRow.Create(i);
            throw new IOException("The disk is gone");
        }

        IDataView view = new ToyTransformer(new ToyMapper.Costs(), 64).Transform(_ml.Data.LoadFromEnumerable(Rows()));
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
        ValueGetter<float> getSum = cursor.GetGetter<float>(view.Schema[ToyMapper.Sum]);
        float sum = 0;

        for (int row = 0; row < 12; row++)
        {
            Assert.IsTrue(cursor.MoveNext());
            getSum(ref sum);
            Assert.AreEqual(row + 2, sum);
        }
        Assert.ThrowsExactly<IOException>(() => cursor.MoveNext());
    }

    [TestMethod]
    public void A_passed_through_cell_that_fails_does_so_at_its_row()
    {
        IDataView source = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 30).Select(i => new FailingRow { Id = i }));
        IDataView view = new ToyTransformer(new ToyMapper.Costs(), 64).Transform(source);
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
        ValueGetter<float> getSum = cursor.GetGetter<float>(view.Schema[ToyMapper.Sum]);
        ValueGetter<float> getValue = cursor.GetGetter<float>(view.Schema["Value"]);
        float sum = 0, value = 0;

        for (int row = 0; row < 30; row++)
        {
            Assert.IsTrue(cursor.MoveNext());
            getSum(ref sum);
            Assert.AreEqual(row + 2, sum);
            if (row == 7)
            {
                Assert.ThrowsExactly<IOException>(() => getValue(ref value));
                continue;
            }
            getValue(ref value);
            Assert.AreEqual(row, value);
        }
    }

    [TestMethod]
    [DataRow("Name", 3)]
    [DataRow("Id", 3)]
    [DataRow("Features", 4)]
    public void A_column_of_another_type_is_refused_before_any_row(string column, int length)
    {
        IDataView source = _ml.Data.LoadFromEnumerable(ToyRow.CreateMany(1));
        var failure = Assert.ThrowsExactly<ArgumentException>(() => FeatureBuffer.CheckType(source.Schema[column], length));
        StringAssert.Contains(failure.Message, $"Column '{column}': expected a vector of {length} Single, got ");
    }

    private IDataView Transform(ToyRow[] rows, ToyMapper.Costs costs) =>
        new ToyTransformer(costs, batchSize: 64).Transform(_ml.Data.LoadFromEnumerable(rows));

    private sealed class OpenRow
    {
        public float[] Features { get; set; } = [];
    }

    private sealed class FailingRow
    {
        public float Id { get; set; }

        public float Value => Id == 7 ? throw new IOException("No value") : Id;

        [VectorType(3)]
        public float[] Features => [Id, 0.5f, 1.5f];
    }
}
