using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Persistence;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>What holds of every estimator of the library, tried on each line of <see cref="EstimatorTable"/>.</summary>
[TestClass]
public sealed class EstimatorContractTests
{
    // Batches of other sizes differ in the last bits.
    private const float Rounding = 1e-5f;

    private static readonly Lazy<FittedFruit> Shared = new(() => new FittedFruit());
    private static readonly Dictionary<string, ITransformer> Fitted = [];

    private static FittedFruit Fruit => Shared.Value;

    private static IEnumerable<object[]> Names => EstimatorTable.All.Select(row => new object[] { row.Name });

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Delivers_the_schema_that_it_promises(string name)
    {
        var (row, input, transformer) = Fit(name);

        var promised = row.Create(Fruit).GetOutputSchema(SchemaShape.Create(input.Schema));
        var delivered = transformer.GetOutputSchema(input.Schema);

        CollectionAssert.AreEqual(row.Added.ToArray(), delivered.Skip(input.Schema.Count).Select(column => column.Name).ToArray());
        CollectionAssert.AreEqual(Describe(SchemaShape.Create(delivered)), Describe(promised));
        CollectionAssert.AreEqual(
            delivered.Select(column => column.ToString()).ToArray(),
            transformer.Transform(input).Schema.Select(column => column.ToString()).ToArray());
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Computes_nothing_for_columns_nobody_reads(string name)
    {
        var (_, input, transformer) = Fit(name);
        var passes = NetworksOf.Model(transformer).Distinct().Select(network => new ForwardPasses(network)).ToArray();
        var view = transformer.Transform(input);

        Cells.Read(view, "Id", "Features");

        foreach (var pass in passes)
        {
            Assert.AreEqual(0, pass.Count);
            pass.Dispose();
        }
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Leaves_the_columns_of_its_input_as_they_are(string name)
    {
        var (_, input, transformer) = Fit(name);
        string[] columns = ["Id", "Features", "Label", "IsApple"];
        var before = Cells.Read(input, columns);

        var view = transformer.Transform(input);
        var passedThrough = Cells.Read(view, [.. columns, .. view.Schema.Skip(input.Schema.Count).Select(column => column.Name)]);

        foreach (var (id, cells) in before)
            CollectionAssert.AreEqual(cells, passedThrough[id][..cells.Length]);
        Cells.AreEqual(before, Cells.Read(input, columns), tolerance: 0);
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Reading_twice_gives_the_same_bits(string name)
    {
        var (row, input, transformer) = Fit(name);
        Cells.AreEqual(
            Cells.Read(transformer.Transform(input), row.Added), Cells.Read(transformer.Transform(input), row.Added), tolerance: 0);
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Batched_equals_row_by_row(string name)
    {
        var (row, input, transformer) = Fit(name);
        var mapper = transformer.GetRowToRowMapper(input.Schema);
        var added = row.Added.Select(column => mapper.OutputSchema[column]).ToArray();
        var cursor = input.GetRowCursor(mapper.GetDependencies(added));
        using var single = mapper.GetRow(cursor, added);
        var read = Cells.Reader(single, added);
        var getId = single.GetIdGetter();
        var rows = new Dictionary<DataViewRowId, float[]>();
        DataViewRowId id = default;
        while (cursor.MoveNext())
        {
            getId(ref id);
            rows.Add(id, read());
        }

        Cells.AreEqual(Cells.Read(transformer.Transform(input), row.Added), rows, Rounding);
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void A_row_is_the_same_wherever_it_stands(string name)
    {
        var (row, input, transformer) = Fit(name);
        var data = Fruit.Ml.Data;
        var expected = Cells.Read(transformer.Transform(input), row.Added);

        var shuffled = Cells.Read(transformer.Transform(data.ShuffleRows(input, seed: 3)), row.Added);
        CollectionAssert.AreNotEqual(expected.Keys, shuffled.Keys);
        Cells.AreEqual(expected, shuffled, Rounding, "shuffled before");
        Cells.AreEqual(
            expected, Cells.Read(data.ShuffleRows(transformer.Transform(input), seed: 3), row.Added), Rounding, "shuffled after");
        Cells.AreEqual(expected, Cells.Read(data.Cache(transformer.Transform(input)), row.Added), Rounding, "cached");

        var filtered = Cells.Read(transformer.Transform(data.FilterRowsByColumn(input, "Id", lowerBound: 31, upperBound: 78)), row.Added);
        Assert.HasCount(47, filtered);
        Cells.AreEqual(expected.Where(pair => filtered.ContainsKey(pair.Key)).ToDictionary(), filtered, Rounding, "filtered");
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void A_set_of_cursors_gives_every_row_once(string name)
    {
        var (row, input, transformer) = Fit(name);
        var view = Fruit.Ml.Data.Cache(input);
        var scored = transformer.Transform(view);
        var columns = row.Added.Select(column => scored.Schema[column]).ToArray();

        var cursors = scored.GetRowCursorSet(columns, 3);
        var parts = new Dictionary<DataViewRowId, float[]>[cursors.Length];
        Parallel.For(0, cursors.Length, i =>
        {
            using var cursor = cursors[i];
            parts[i] = Cells.Read(cursor, columns);
        });

        Cells.AreEqual(Cells.Read(scored, row.Added), parts.SelectMany(part => part).ToDictionary(), Rounding);
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Saved_and_loaded_it_gives_the_same_bits(string name)
    {
        var (row, input, transformer) = Fit(name);
        using var file = new MemoryStream();
        Fruit.Ml.Model.Save(transformer, input.Schema, file);
        file.Position = 0;

        var loaded = new MLContext().Model.Load(file, out var schema);

        Assert.HasCount(input.Schema.Count(column => !column.IsHidden), schema);
        Cells.AreEqual(Cells.Read(transformer.Transform(input), row.Added), Cells.Read(loaded.Transform(input), row.Added), tolerance: 0);
        CollectionAssert.AreEqual(
            Describe(SchemaShape.Create(transformer.GetOutputSchema(input.Schema))),
            Describe(SchemaShape.Create(loaded.GetOutputSchema(input.Schema))));
    }

    [TestMethod]
    public void A_fresh_process_gives_the_same_bits()
    {
        using var folder = new TemporaryFolder();
        for (var i = 0; i < EstimatorTable.All.Count; i++)
        {
            var (_, input, transformer) = Fit(EstimatorTable.All[i].Name);
            Fruit.Ml.Model.Save(transformer, input.Schema, folder.File($"{i}.zip"));
            using var rows = File.Create(folder.File($"{i}.idv"));
            Fruit.Ml.Data.SaveAsBinary(input, rows);
        }

        FreshProcess.Run(folder.FullName);

        for (var i = 0; i < EstimatorTable.All.Count; i++)
        {
            var (row, _, transformer) = Fit(EstimatorTable.All[i].Name);
            var input = Fruit.Ml.Data.LoadFromBinary(folder.File($"{i}.idv"));
            CollectionAssert.AreEqual(
                RowText.Of(transformer.Transform(input)).ToArray(), File.ReadAllLines(folder.File($"{i}.txt")), row.Name);
        }
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Leaves_no_tensors_behind(string name)
    {
        var (row, input, transformer) = Fit(name);
        Assert.IsLessThanOrEqualTo(0, LiveTensors.LeftBy(() => Cells.Read(transformer.Transform(input), row.Added)));
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Fitting_leaves_only_what_was_learnt_behind(string name)
    {
        var (row, input, _) = Fit(name);
        var estimator = row.Create(Fruit);
        ITransformer transformer = null!;

        var left = LiveTensors.LeftBy(() => transformer = estimator.Fit(input));

        var isNew = transformer is not (FisherTraceTransformer or FisherInformationTransformer or DetectorTransformer or AdversarialAttackTransformer
            or SmoothedPredictionTransformer or IntervalCertificateTransformer or ConfusingLogitsTransformer or InputGradientTransformer);
        var network = isNew ? NetworksOf.Model(transformer).FirstOrDefault()?.Network : null;
        using var generator = new Generator(1);
        Network? alone = null;
        var expected = network is null ? 0 : LiveTensors.LeftBy(() => alone = Network.Create(network.Definition, generator));
        alone?.Dispose();
        expected += (transformer as DetectorTransformer)?.Fitted.State.Count ?? 0;
        Assert.IsLessThanOrEqualTo(expected, left);
    }

    private static (EstimatorCase Row, IDataView Input, ITransformer Transformer) Fit(string name)
    {
        var row = EstimatorTable.All.Single(row => row.Name == name);
        var input = row.Input(Fruit);
        if (!Fitted.TryGetValue(name, out var transformer))
            Fitted[name] = transformer = row.Create(Fruit).Fit(input);
        return (row, input, transformer);
    }

    private static string[] Describe(SchemaShape shape) => [.. shape
        .Select(column => $"{Describe(column)} [{string.Join("; ", column.Annotations.Select(Describe).Order(StringComparer.Ordinal))}]")
        .Order(StringComparer.Ordinal)];

    private static string Describe(SchemaShape.Column column) =>
        $"{column.Name}: {column.Kind} {column.ItemType}{(column.IsKey ? " key" : "")}";
}
