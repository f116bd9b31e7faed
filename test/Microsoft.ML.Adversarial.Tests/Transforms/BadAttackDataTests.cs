using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>What cannot be attacked, and what the error says about it.</summary>
[TestClass]
public sealed class BadAttackDataTests
{
    private static readonly Attack Fgsm = new FastGradientMethod(Norm.LInfinity, 0.1);
    private static readonly Lazy<FittedFruit> Shared = new(() => new FittedFruit());

    private static FittedFruit Fruit => Shared.Value;

    private static MLContext Ml => Shared.Value.Ml;

    [TestMethod]
    public void Rows_outside_the_bounds_are_scored_but_not_attacked()
    {
        var rows = FruitRow.Create(40, seed: 5);
        rows[25].Features[6] = 1.5f;
        var data = Fruit.Load(rows);

        Assert.HasCount(40, Cells.Read(Fruit.Network.Transform(data), "Score"));
        Failures.Require<InvalidOperationException>(
            () => Cells.Read(Attack(data), "AttackSucceeded"), "Row 25, column 'Features', slot 6",
            "within the input bounds [0, 1], got 1.5");
    }

    /// <summary>One bad row costs no other row its result.</summary>
    [TestMethod]
    [DataRow("outside the bounds")]
    [DataRow("not finite")]
    [DataRow("without a label")]
    public void Rows_before_a_bad_one_are_attacked(string problem)
    {
        var rows = FruitRow.Create(40, seed: 5);
        var expected = Cells.Read(Attack(Fruit.Load(rows)), "AdversarialFeatures").Values.ToArray();
        if (problem == "without a label")
            rows[25].Kind = null;
        else
            rows[25].Features[6] = problem == "not finite" ? float.NaN : -0.1f;
        var view = Attack(Fruit.Load(rows));
        using var cursor = view.GetRowCursor(view.Schema);
        var read = Cells.Reader(cursor, view.Schema["AdversarialFeatures"]);

        for (var row = 0; row < rows.Length; row++)
        {
            Assert.IsTrue(cursor.MoveNext());
            if (row == 25)
                Failures.Require<InvalidOperationException>(() => read(), "Row 25, column '");
            else
                Cells.AreEqual(expected[row], read(), 1e-5f, $"row {row}");
        }
    }

    [TestMethod]
    public void A_missing_label_names_its_row()
    {
        var rows = FruitRow.Create(40, seed: 5);
        rows[31].Kind = null;
        Failures.Require<InvalidOperationException>(
            () => Cells.Read(Attack(Fruit.Load(rows)), "AttackSucceeded"), "Row 31, column 'Label': expected a label, got a missing value");
    }

    [TestMethod]
    public void A_missing_target_names_its_row()
    {
        var rows = FruitRow.Create(40, seed: 5);
        rows[3].Target = null!;
        var view = Ml.Transforms.AdversarialAttack(Fruit.Network, Fgsm, new() { Target = "TargetLabel" })
            .Fit(Fruit.Test).Transform(Fruit.Load(rows));
        Failures.Require<InvalidOperationException>(
            () => Cells.Read(view, "AttackSucceeded"), "Row 3, column 'TargetLabel': expected a label");
    }

    [TestMethod]
    [DataRow("Kind")]
    [DataRow("Id")]
    [DataRow("IsApple")]
    public void A_label_that_is_no_key(string label)
    {
        var estimator = Ml.Transforms.AdversarialAttack(Fruit.Network, Fgsm, new() { Label = label });
        var data = Fruit.Test;

        Failures.Require<ArgumentException>(() => estimator.Fit(data), $"Column '{label}': expected a key", $"MapValueToKey(\"{label}\")");
        Failures.Require<ArgumentException>(
            () => estimator.GetOutputSchema(SchemaShape.Create(data.Schema)), $"Column '{label}': expected a key");
    }

    [TestMethod]
    public void A_label_that_is_not_Boolean_on_a_binary_network()
    {
        var estimator = Ml.Transforms.AdversarialAttack(Fruit.Binary, Fgsm);
        Failures.Require<ArgumentException>(() => estimator.Fit(Fruit.Test), "Column 'Label': expected a Boolean");
        Failures.Require<ArgumentException>(
            () => estimator.GetOutputSchema(SchemaShape.Create(Fruit.Test.Schema)), "Column 'Label': expected a Boolean");
    }

    [TestMethod]
    public void A_label_value_that_the_network_never_saw()
    {
        var rows = FruitRow.Create(40, seed: 5);
        rows[31].Kind = "durian";
        var data = TestData.Fruit.Labels(Ml).Fit(Ml.Data.LoadFromEnumerable(rows)).Transform(Ml.Data.LoadFromEnumerable(rows));
        Failures.Require<ArgumentException>(() => Attack(data), "Column 'Label': its key value 'durian'", "apple, banana, cherry");
    }

    [TestMethod]
    public void Keys_without_values_of_another_count()
    {
        var data = Ml.Data.LoadFromEnumerable([new Keyed()]);
        Failures.Require<ArgumentException>(() => Attack(data), "Column 'Label': expected 3 classes, as the network has, got 5");
    }

    [TestMethod]
    public void A_missing_column_is_named()
    {
        var unlabelled = TestData.Fruit.Load(Ml, 10, seed: 1);
        Failures.Require<ArgumentException>(
            () => Attack(unlabelled), "expected a column 'Label', got Id", "Apply the steps that make it first");
        var dropped = Ml.Transforms.DropColumns("Features").Fit(Fruit.Test).Transform(Fruit.Test);
        Failures.Require<ArgumentException>(() => Attack(dropped), "expected a column 'Features', got Id");
        Failures.Require<ArgumentException>(
            () => Ml.Transforms.AdversarialAttack(Fruit.Network, Fgsm).GetOutputSchema(SchemaShape.Create(dropped.Schema)),
            "expected a column 'Features'");
    }

    [TestMethod]
    public void Features_of_another_size()
    {
        var data = Ml.Data.LoadFromEnumerable([new Narrow()]);
        Failures.Require<ArgumentException>(() => Attack(data), "Column 'Features': expected a vector of 8 Single");
    }

    [TestMethod]
    public void A_model_without_a_network()
    {
        var foreign = Ml.MulticlassClassification.Trainers.SdcaMaximumEntropy().Fit(Fruit.Train);
        Failures.Require<ArgumentException>(
            () => Ml.Transforms.AdversarialAttack(foreign, Fgsm), "AdversarialAttack: expected a model with a NeuralNetwork step",
            "Train one into the chain");
    }

    private static IDataView Attack(IDataView data) => Ml.Transforms.AdversarialAttack(Fruit.Network, Fgsm).Fit(data).Transform(data);

    private sealed class Keyed
    {
        [KeyType(5)]
        public uint Label { get; set; }

        [VectorType(FruitRow.FeatureCount)]
        public float[] Features { get; set; } = new float[FruitRow.FeatureCount];
    }

    private sealed class Narrow
    {
        [KeyType(3)]
        public uint Label { get; set; }

        [VectorType(7)]
        public float[] Features { get; set; } = new float[7];
    }
}
