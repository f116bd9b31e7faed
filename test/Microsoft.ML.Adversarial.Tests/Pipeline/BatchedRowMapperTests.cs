using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Pipeline;

[TestClass]
public sealed class BatchedRowMapperTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly ToyMapper.Costs _costs = new();

    [TestMethod]
    public void A_prediction_engine_agrees_with_the_batch()
    {
        ToyRow[] rows = ToyRow.CreateMany(20);
        IDataView source = _ml.Data.LoadFromEnumerable(rows);
        ITransformer chain = new TransformerChain<ITransformer>(
            new ToyTransformer(new ToyMapper.Costs(), 64),
            _ml.Transforms.CopyColumns("Copied", "Features").Fit(source));
        ToyPrediction[] batch =
            [.. _ml.Data.CreateEnumerable<ToyPrediction>(chain.Transform(source), reuseRowObject: false)];
        using PredictionEngine<ToyRow, ToyPrediction> engine = _ml.Model.CreatePredictionEngine<ToyRow, ToyPrediction>(chain);

        for (int i = 0; i < rows.Length; i++)
        {
            ToyPrediction single = engine.Predict(rows[i]);
            Assert.AreEqual(batch[i].Id, single.Id);
            Assert.AreEqual(batch[i].Sum, single.Sum);
            CollectionAssert.AreEqual(batch[i].Doubled, single.Doubled);
        }
    }

    [TestMethod]
    public void Each_row_is_computed_once_for_all_its_columns()
    {
        using PredictionEngine<ToyRow, ToyPrediction> engine = CreateEngine<ToyPrediction>();
        for (int i = 0; i < 5; i++)
            Assert.AreEqual(i + 2, engine.Predict(ToyRow.Create(i)).Sum);
        CollectionAssert.AreEqual(new[] { 1, 1, 1, 1, 1 }, _costs.Batches);
    }

    [TestMethod]
    public void Nothing_is_computed_when_nothing_of_ours_is_asked_for()
    {
        using PredictionEngine<ToyRow, OnlyId> engine = CreateEngine<OnlyId>();
        Assert.AreEqual(4, engine.Predict(ToyRow.Create(4)).Id);
        Assert.IsEmpty(_costs.Batches);
    }

    [TestMethod]
    public void A_row_that_fails_leaves_the_engine_usable()
    {
        using PredictionEngine<ToyRow, ToyPrediction> engine = CreateEngine<ToyPrediction>();
        Assert.AreEqual(3, engine.Predict(ToyRow.Create(1)).Sum);

        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => engine.Predict(new ToyRow { Features = [0, 0, float.NaN] }));
        StringAssert.Contains(failure.Message, "column 'Features', slot 2: expected a finite number, got NaN");
        Assert.AreEqual(5, engine.Predict(ToyRow.Create(3)).Sum);
    }

    [TestMethod]
    public void Depends_on_the_input_only_if_something_of_ours_is_wanted()
    {
        DataViewSchema schema = _ml.Data.LoadFromEnumerable(ToyRow.CreateMany(0)).Schema;
        var mapper = new BatchedRowMapper(schema, new ToyMapper(schema, _costs));

        string[] Dependencies(params string[] names) =>
            [.. mapper.GetDependencies(names.Select(name => mapper.OutputSchema[name])).Select(column => column.Name)];

        CollectionAssert.AreEqual(new[] { "Features" }, Dependencies(ToyMapper.Sum));
        CollectionAssert.AreEqual(new[] { "Id", "Features" }, Dependencies(ToyMapper.Doubled, "Id"));
        CollectionAssert.AreEqual(new[] { "Name" }, Dependencies("Name"));
        CollectionAssert.AreEqual(new[] { "Features" }, Dependencies("Features", ToyMapper.Sum));
        Assert.IsEmpty(Dependencies());
        Assert.AreSame(schema, mapper.InputSchema);
    }

    private PredictionEngine<ToyRow, TPrediction> CreateEngine<TPrediction>()
        where TPrediction : class, new() =>
        _ml.Model.CreatePredictionEngine<ToyRow, TPrediction>(new ToyTransformer(_costs, 64));

    private sealed class OnlyId
    {
        public float Id { get; set; }
    }
}
