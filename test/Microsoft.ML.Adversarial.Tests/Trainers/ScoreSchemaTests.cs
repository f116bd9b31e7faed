using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Trainers;

/// <summary>The columns carry the annotations by which ML.NET knows a trainer's columns.</summary>
[TestClass]
public sealed class ScoreSchemaTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    [DataRow("PredictedLabel")]
    [DataRow("Score")]
    public void Multiclass_columns_have_what_a_built_in_trainer_gives(string column)
    {
        var data = Fruit.LoadLabelled(_ml, 60, seed: 1);
        var builtIn = _ml.MulticlassClassification.Trainers.SdcaMaximumEntropy().Fit(data).Transform(data).Schema[column];
        var ours = Fruit.Trainer(_ml, epochs: 1).Fit(data).Transform(data).Schema[column];

        AssertCovers(builtIn, ours);
    }

    [TestMethod]
    [DataRow("PredictedLabel")]
    [DataRow("Score")]
    [DataRow("Probability")]
    public void Binary_columns_have_what_a_built_in_trainer_gives(string column)
    {
        var data = Fruit.LoadLabelled(_ml, 60, seed: 1);
        var builtIn = _ml.BinaryClassification.Trainers.SdcaLogisticRegression("IsApple").Fit(data).Transform(data).Schema[column];
        var ours = Fruit.BinaryTrainer(_ml, epochs: 1).Fit(data).Transform(data).Schema[column];

        AssertCovers(builtIn, ours);
    }

    [TestMethod]
    [DataRow("Score")]
    [DataRow("Logits")]
    public void Slots_are_named_after_the_classes(string column)
    {
        var data = Fruit.LoadLabelled(_ml, 60, seed: 1);
        var scored = Fruit.Trainer(_ml, epochs: 1).Fit(data).Transform(data);
        VBuffer<ReadOnlyMemory<char>> names = default;

        scored.Schema[column].GetSlotNames(ref names);

        Assert.AreEqual("apple banana cherry", string.Join(' ', names.DenseValues()));
    }

    [TestMethod]
    public void Two_networks_in_a_chain_have_score_sets_of_their_own()
    {
        var data = Fruit.LoadLabelled(_ml, 60, seed: 1);
        var second = Fruit.Options(epochs: 1);
        second.ScoreColumnName = "Second";
        var scored = Fruit.Trainer(_ml, epochs: 1).Append(_ml.MulticlassClassification.Trainers.NeuralNetwork(second))
            .Fit(data).Transform(data);

        Assert.AreNotEqual(SetId(scored.Schema["Score"]), SetId(scored.Schema["Second"]));
        Assert.AreEqual(SetId(scored.Schema["Second"]), SetId(scored.Schema["Logits"]));
    }

    private static uint SetId(DataViewSchema.Column column)
    {
        uint id = 0;
        column.Annotations.GetValue("ScoreColumnSetId", ref id);
        return id;
    }

    private static void AssertCovers(DataViewSchema.Column builtIn, DataViewSchema.Column ours)
    {
        Assert.AreEqual(builtIn.Type.RawType, ours.Type.RawType);
        Assert.AreEqual((builtIn.Type as KeyDataViewType)?.Count, (ours.Type as KeyDataViewType)?.Count);
        foreach (var expected in builtIn.Annotations.Schema)
        {
            var actual = ours.Annotations.Schema.GetColumnOrNull(expected.Name);
            Assert.IsNotNull(actual, expected.Name);
            Assert.AreEqual(expected.Type, actual.Value.Type, expected.Name);
            if (expected.Type is TextDataViewType)
                Assert.AreEqual(Text(builtIn, expected.Name), Text(ours, expected.Name), expected.Name);
        }
    }

    private static string Text(DataViewSchema.Column column, string kind)
    {
        ReadOnlyMemory<char> text = default;
        column.Annotations.GetValue(kind, ref text);
        return text.ToString();
    }
}
