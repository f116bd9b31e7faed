using Microsoft.ML.Adversarial.Explanations;
using Microsoft.ML.Adversarial.TestData;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>Labels are needed where the output that is explained is about them, and nowhere else.</summary>
[TestClass]
public sealed class ExplainedLabelTests
{
    private static readonly Lazy<FittedFruit> Shared = new(() => new FittedFruit());

    private static FittedFruit Fruit => Shared.Value;

    private static MLContext Ml => Shared.Value.Ml;

    [TestMethod]
    [DataRow("label")]
    [DataRow("loss")]
    public void A_missing_label_names_its_row_and_costs_no_other_row_its_result(string output)
    {
        var rows = FruitRow.Create(40, seed: 5);
        var expected = Cells.Read(Explain(output, Fruit.Load(rows)), "Part").Values.ToArray();
        rows[25].Kind = null;
        var view = Explain(output, Fruit.Load(rows));
        using var cursor = view.GetRowCursor(view.Schema);
        var read = Cells.Reader(cursor, view.Schema["Part"]);
        for (var row = 0; row < rows.Length; row++)
        {
            Assert.IsTrue(cursor.MoveNext());
            if (row < 25)
                Cells.AreEqual(expected[row], read(), 1e-5f, $"row {row}");
            else if (row == 25)
                Failures.Require<InvalidOperationException>(() => read(), "Row 25, column 'Label': expected a label, got a missing value");
        }
    }

    [TestMethod]
    [DataRow("predicted")]
    [DataRow("runner-up")]
    [DataRow("class:2")]
    public void Labels_that_nobody_needs_may_be_missing(string output)
    {
        var rows = FruitRow.Create(40, seed: 5);
        var expected = Cells.Read(Explain(output, Fruit.Load(rows)), "Part");
        foreach (var row in rows)
            row.Kind = row.Id < 39 ? null : row.Kind;
        var data = Ml.Data.LoadFromEnumerable(rows);
        Cells.AreEqual(expected, Cells.Read(Explain(output, Fruit.Labels.Transform(data)), "Part"), tolerance: 0, "keys 0");
        Cells.AreEqual(expected, Cells.Read(Explain(output, data), "Part"), tolerance: 0, "no column");
    }

    [TestMethod]
    [DataRow("label")]
    [DataRow("loss")]
    public void A_missing_column_is_named(string output)
    {
        const string Expected = "InputGradient: expected a column 'Label', got Id, Kind";
        var estimator = Ml.Transforms.InputGradient(Fruit.Network, "Part", output: ExplainedOutput.Parse(output));
        var unlabelled = TestData.Fruit.Load(Ml, 10, seed: 1);
        Failures.Require<ArgumentException>(() => estimator.Fit(unlabelled), Expected, "Apply the steps that make it first");
        Failures.Require<ArgumentException>(() => estimator.GetOutputSchema(SchemaShape.Create(unlabelled.Schema)), Expected);
        var fitted = estimator.Fit(Fruit.Test);
        Failures.Require<ArgumentException>(() => fitted.Transform(unlabelled), Expected);
        Failures.Require<ArgumentException>(() => fitted.GetRowToRowMapper(unlabelled.Schema), Expected);
    }

    [TestMethod]
    [DataRow("Kind", "expected a key")]
    [DataRow("IsApple", "expected a key")]
    public void A_column_that_holds_no_labels_of_the_network_is_named(string column, string problem) => Failures.Require<ArgumentException>(
        () => Ml.Transforms.InputGradient(Fruit.Network, "Part", output: ExplainedOutput.Loss, labelColumnName: column).Fit(Fruit.Test),
        $"Column '{column}': {problem}", $"MapValueToKey(\"{column}\")");

    [TestMethod]
    public void A_chain_is_applied_to_rows_without_labels()
    {
        var chain = TestData.Fruit.Trainer(Ml, epochs: 2).Append(Ml.Transforms.InputGradient("Part")).Append(Ml.Transforms.ConfusingLogits()).Fit(Fruit.Train);
        var unlabelled = TestData.Fruit.Load(Ml, 20, seed: 3);
        string[] columns = ["Part", "FirstClass", "LogitGap", "TowardsSecond"];
        Cells.AreEqual(
            Cells.Read(chain.Transform(TestData.Fruit.LoadLabelled(Ml, 20, seed: 3)), columns), Cells.Read(chain.Transform(unlabelled), columns),
            tolerance: 0);
    }

    private static IDataView Explain(string output, IDataView data) =>
        Ml.Transforms.InputGradient(Fruit.Network, "Part", output: ExplainedOutput.Parse(output)).Fit(data).Transform(data);
}
