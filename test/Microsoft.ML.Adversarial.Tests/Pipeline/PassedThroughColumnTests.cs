using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Pipeline;

/// <summary>Cells of other columns survive being read ahead, whoever owns their memory.</summary>
[TestClass]
public sealed class PassedThroughColumnTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void Text_in_memory_that_the_source_reuses_is_kept()
    {
        IEnumerable<TextRow> Rows()
        {
            var shared = new char[4];
            for (int i = 0; i < 100; i++)
            {
                $"{i:D4}".CopyTo(shared);
                var words = new VBuffer<ReadOnlyMemory<char>>(2, [shared, shared]);
                yield return new TextRow { Text = shared, Words = words, Features = [i, 0, 0] };
            }
        }

        IDataView view = new ToyTransformer(new ToyMapper.Costs(), 64).Transform(_ml.Data.LoadFromEnumerable(Rows()));
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
        ValueGetter<ReadOnlyMemory<char>> getText = cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema["Text"]);
        ValueGetter<VBuffer<ReadOnlyMemory<char>>> getWords = cursor.GetGetter<VBuffer<ReadOnlyMemory<char>>>(view.Schema["Words"]);
        var texts = new List<ReadOnlyMemory<char>>();
        ReadOnlyMemory<char> text = default;
        VBuffer<ReadOnlyMemory<char>> words = default;
        while (cursor.MoveNext())
        {
            getText(ref text);
            getWords(ref words);
            texts.Add(text);
            texts.AddRange(words.DenseValues());
        }

        // Kept past the cursor's batch, as caches and dictionaries do.
        CollectionAssert.AreEqual(
            Enumerable.Range(0, 100).SelectMany(i => Enumerable.Repeat($"{i:D4}", 3)).ToArray(), texts.Select(t => t.ToString()).ToArray());
    }

    [TestMethod]
    public void Text_that_is_a_string_is_not_copied()
    {
        ToyRow[] rows = ToyRow.CreateMany(10);
        IDataView view = new ToyTransformer(new ToyMapper.Costs(), 64).Transform(_ml.Data.LoadFromEnumerable(rows));
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
        ValueGetter<ReadOnlyMemory<char>> getName = cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema["Name"]);
        ReadOnlyMemory<char> name = default;
        foreach (ToyRow row in rows)
        {
            cursor.MoveNext();
            getName(ref name);
            Assert.IsTrue(name.Span.Overlaps(row.Name));
        }
    }

    [TestMethod]
    public void Sparse_vectors_stay_sparse_and_are_read_as_dense()
    {
        IEnumerable<SparseRow> rows = Enumerable.Range(0, 100)
            .Select(i => new SparseRow { Features = new VBuffer<float>(50, 2, [i, 1f], [i % 25, 40]) });
        IDataView view = new ToyTransformer(new ToyMapper.Costs(), 64).Transform(_ml.Data.LoadFromEnumerable(rows));
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
        ValueGetter<VBuffer<float>> getFeatures = cursor.GetGetter<VBuffer<float>>(view.Schema["Features"]);
        ValueGetter<VBuffer<float>> getDoubled = cursor.GetGetter<VBuffer<float>>(view.Schema[ToyMapper.Doubled]);
        VBuffer<float> features = default, doubled = default;
        for (int i = 0; i < 100; i++)
        {
            Assert.IsTrue(cursor.MoveNext());
            getFeatures(ref features);
            getDoubled(ref doubled);
            Assert.IsFalse(features.IsDense);
            CollectionAssert.AreEqual(new[] { i % 25, 40 }, features.GetIndices().ToArray());
            var expected = new float[50];
            expected[i % 25] = 2 * i;
            expected[40] = 2;
            CollectionAssert.AreEqual(expected, doubled.GetValues().ToArray());
        }
    }

    [TestMethod]
    public void A_receiver_may_write_to_the_vector_it_got()
    {
        IDataView view = new ToyTransformer(new ToyMapper.Costs(), 64).Transform(_ml.Data.LoadFromEnumerable(ToyRow.CreateMany(9)));
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
        ValueGetter<VBuffer<float>> getFeatures = cursor.GetGetter<VBuffer<float>>(view.Schema["Features"]);
        ValueGetter<VBuffer<float>> getDoubled = cursor.GetGetter<VBuffer<float>>(view.Schema[ToyMapper.Doubled]);
        VBuffer<float> vector = default;
        while (cursor.MoveNext())
        {
            foreach ((ValueGetter<VBuffer<float>> getter, float factor) in new[] { (getFeatures, 1f), (getDoubled, 2f), (getFeatures, 1f) })
            {
                getter(ref vector);
                CollectionAssert.AreEqual(new[] { factor * cursor.Position, factor * 0.5f, factor * 1.5f }, vector.GetValues().ToArray());
                VBufferEditor.CreateFromBuffer(ref vector).Values.Fill(-1);
            }
        }
    }

    [TestMethod]
    public void A_lazy_source_column_is_computed_once_per_row()
    {
        LazyRow[] rows = [.. Enumerable.Range(0, 40).Select(_ => new LazyRow())];
        IDataView source = _ml.Data.LoadFromEnumerable(rows);
        IDataView view = new ToyTransformer(new ToyMapper.Costs(), 64).Transform(source);
        using (DataViewRowCursor cursor = view.GetRowCursor([view.Schema["Features"], view.Schema[ToyMapper.Sum]]))
        {
            ValueGetter<VBuffer<float>> getFeatures = cursor.GetGetter<VBuffer<float>>(view.Schema["Features"]);
            ValueGetter<float> getSum = cursor.GetGetter<float>(view.Schema[ToyMapper.Sum]);
            VBuffer<float> features = default;
            float sum = 0;
            while (cursor.MoveNext())
            {
                getFeatures(ref features);
                getSum(ref sum);
                Assert.AreEqual(features.DenseValues().Sum(), sum);
            }
        }
        CollectionAssert.AreEqual(Enumerable.Repeat(1, rows.Length).ToArray(), rows.Select(row => row.Calls).ToArray());
    }

    private sealed class TextRow
    {
        public ReadOnlyMemory<char> Text { get; set; }

        [VectorType(2)]
        public VBuffer<ReadOnlyMemory<char>> Words { get; set; }

        [VectorType(3)]
        public float[] Features { get; set; } = [];
    }

    private sealed class SparseRow
    {
        [VectorType(50)]
        public VBuffer<float> Features { get; set; }
    }

    private sealed class LazyRow
    {
        [NoColumn]
        public int Calls { get; private set; }

        [VectorType(3)]
        public float[] Features
        {
            get
            {
                Calls++;
                return [1, 2, 3];
            }
        }
    }
}
