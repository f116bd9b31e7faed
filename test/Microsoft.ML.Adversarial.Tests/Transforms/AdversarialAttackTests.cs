using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transforms;

[TestClass]
public sealed class AdversarialAttackTests
{
    private const float Epsilon = 0.15f;

    private static readonly string[] Outputs = ["AdversarialFeatures", "AttackSucceeded", "PerturbationSize", "AdversarialPredictedLabel"];
    private static readonly Lazy<FittedFruit> Shared = new(() => new FittedFruit());

    private static FittedFruit Fruit => Shared.Value;

    private static MLContext Ml => Shared.Value.Ml;

    private static ProjectedGradientDescent Pgd => new(Norm.LInfinity, Epsilon) { Steps = 10 };

    /// <summary>100 rows are read in batches of 1, 4, 16, 64 and 15, which may change the last bits and no more.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void The_columns_are_what_the_core_computes(bool isTargeted)
    {
        var rows = FruitRow.Create(100, seed: 2, noise: 0.3);
        var attack = new BasicIterativeMethod(Norm.LInfinity, Epsilon);
        using var inputs = tensor(rows.SelectMany(row => row.Features).ToArray()).reshape(100, FruitRow.FeatureCount);
        using var classes = tensor(Enumerable.Range(0, 100).Select(i => (long)((i + (isTargeted ? 1 : 0)) % 3)).ToArray());
        using var expected = attack.Run(Fruit.Network.Model, inputs, isTargeted ? Goal.MisclassifyAs(classes) : Goal.Misclassify(classes));

        var attacked = Attack(attack, Fruit.Load(rows), isTargeted ? new() { Target = "TargetLabel" } : new());

        var cells = Cells.Read(attacked, Outputs).Values.ToArray();
        var features = expected.Inputs.data<float>().ToArray();
        for (var row = 0; row < rows.Length; row++)
        {
            var own = features[(row * FruitRow.FeatureCount)..((row + 1) * FruitRow.FeatureCount)];
            Cells.AreEqual(own, cells[row][..FruitRow.FeatureCount], 1e-5f, $"row {row}");
        }

        CollectionAssert.AreEqual(expected.Succeeded.data<bool>().ToArray(), attacked.GetColumn<bool>("AttackSucceeded").ToArray());
        CollectionAssert.AreEqual(
            expected.Predictions.data<long>().ToArray(),
            attacked.GetColumn<uint>("AdversarialPredictedLabel").Select(key => (long)key - 1).ToArray());
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void What_the_columns_say_is_so(string name, Attack attack, bool isTargeted)
    {
        var attacked = Attack(attack, Fruit.Test, isTargeted ? new() { Target = "TargetLabel" } : new());
        var rescored = Fruit.Network.Transform(
            Ml.Transforms.CopyColumns("Features", "AdversarialFeatures").Fit(attacked).Transform(attacked));

        var sizes = Cells.Read(attacked, "PerturbationSize");
        var inputs = Cells.Read(Fruit.Test, "Features");
        var adversarial = Cells.Read(attacked, "AdversarialFeatures");
        var labels = Cells.Read(rescored, "Label", "PredictedLabel", "AdversarialPredictedLabel", "AttackSucceeded");
        foreach (var (id, cells) in labels)
        {
            // The target is the fruit after the label's.
            Assert.AreEqual(cells[1], cells[2], $"{name}: the predicted class, row {id}");
            Assert.AreEqual(
                isTargeted ? cells[2] == (cells[0] % 3) + 1 : cells[2] != cells[0], cells[3] == 1, $"{name}: success, row {id}");
            var difference = inputs[id].Zip(adversarial[id], (before, after) => (double)after - before).ToArray();
            var size = attack.ThreatModel.Norm == Norm.LInfinity ? difference.Max(Math.Abs) : Math.Sqrt(difference.Sum(d => d * d));
            Assert.AreEqual(size, sizes[id][0], 1e-6, $"{name}: the size, row {id}");
            Assert.IsLessThanOrEqualTo(attack.ThreatModel.Epsilon + 1e-6, size);
            Assert.IsTrue(adversarial[id].All(value => value is >= 0 and <= 1));
        }

        Assert.IsGreaterThan(0.2, labels.Values.Average(cells => cells[3]), name);
    }

    [TestMethod]
    public void A_classifier_at_hand_is_attacked_alike()
    {
        var attack = new FastGradientMethod(Norm.LInfinity, Epsilon);
        var expected = Attack(attack, Fruit.Test).GetColumn<bool>("AttackSucceeded");
        var own = Ml.Transforms.AdversarialAttack(Fruit.Network.Model, attack, Fruit.Network.FeatureColumnName).Fit(Fruit.Test).Transform(Fruit.Test);
        CollectionAssert.AreEqual(expected.ToArray(), own.GetColumn<bool>("AttackSucceeded").ToArray());
    }

    [TestMethod]
    public void It_breaks_rows_that_were_right()
    {
        var before = Ml.MulticlassClassification.Evaluate(Fruit.Network.Transform(Fruit.Test)).MicroAccuracy;
        var attacked = Attack(Pgd, Fruit.Test);
        var after = attacked.GetColumn<bool>("AttackSucceeded").Average(succeeded => succeeded ? 0.0 : 1.0);

        Assert.IsGreaterThan(0.9, before);
        Assert.IsLessThan(before - 0.2, after);
    }

    [TestMethod]
    public void Labels_are_matched_by_their_values()
    {
        var rows = FruitRow.Create(60, seed: 4);
        var inOrder = Fruit.Load(rows);
        var raw = Ml.Data.LoadFromEnumerable(rows);
        // Whoever maps values by themselves gets keys in the order of what they see: here the last label first.
        var seen = Ml.Data.LoadFromEnumerable(rows.Reverse().ToArray());
        var reversed = Ml.Transforms.Conversion.MapValueToKey("Label", "Kind")
            .Append(Ml.Transforms.Conversion.MapValueToKey("TargetLabel", "Target"))
            .Fit(seen).Transform(raw);
        CollectionAssert.AreNotEqual(inOrder.GetColumn<uint>("Label").ToArray(), reversed.GetColumn<uint>("Label").ToArray());

        foreach (var columns in new AttackColumns[] { new(), new() { Target = "TargetLabel" } })
        {
            var attack = new BasicIterativeMethod(Norm.LInfinity, Epsilon);
            Cells.AreEqual(
                Cells.Read(Attack(attack, inOrder, columns), Outputs),
                Cells.Read(Attack(attack, reversed, columns), Outputs), tolerance: 0);
        }
    }

    [TestMethod]
    public void The_predicted_label_can_be_mapped_back()
    {
        var attacked = Attack(Pgd, Fruit.Test);
        var mapped = Ml.Transforms.Conversion.MapKeyToValue("Text", "AdversarialPredictedLabel").Fit(attacked).Transform(attacked);
        var keys = attacked.GetColumn<uint>("AdversarialPredictedLabel").ToArray();

        CollectionAssert.AreEqual(
            keys.Select(key => new[] { "apple", "banana", "cherry" }[key - 1]).ToArray(), mapped.GetColumn<string>("Text").ToArray());
    }

    [TestMethod]
    public void Random_starts_follow_the_seed_and_the_row()
    {
        var columns = new AttackColumns();
        var one = new MLContext(seed: 5).Transforms.AdversarialAttack(Fruit.Network, Pgd, columns).Fit(Fruit.Test);
        var same = new MLContext(seed: 5).Transforms.AdversarialAttack(Fruit.Network, Pgd, columns).Fit(Fruit.Test);
        var other = new MLContext(seed: 6).Transforms.AdversarialAttack(Fruit.Network, Pgd, columns).Fit(Fruit.Test);
        var expected = Cells.Read(one.Transform(Fruit.Test), "AdversarialFeatures");

        Cells.AreEqual(expected, Cells.Read(same.Transform(Fruit.Test), "AdversarialFeatures"), tolerance: 0);
        Assert.IsFalse(
            expected.Zip(Cells.Read(other.Transform(Fruit.Test), "AdversarialFeatures"))
                .All(pair => pair.First.Value.SequenceEqual(pair.Second.Value)));

        // Equal rows start at different points.
        var twins = FruitRow.Create(2, seed: 5);
        (twins[1].Features, twins[1].Kind, twins[1].Target) = (twins[0].Features, twins[0].Kind, twins[0].Target);
        var attack = Pgd with { Steps = 1, StepSize = 0.001 };
        var starts = Cells.Read(Attack(attack, Fruit.Load(twins)), "AdversarialFeatures").Values.ToArray();
        CollectionAssert.AreNotEqual(starts[0], starts[1]);
    }

    [TestMethod]
    public void The_shape_and_the_names_of_features_stay()
    {
        var images = Mnist.Load(Ml, 20);
        var options = new Trainers.NeuralNetworkMulticlassTrainer.Options { Epochs = 1, ValidationFraction = 0 };
        var model = Ml.MulticlassClassification.Trainers.NeuralNetwork(options).Fit(images);
        var attacked = Ml.Transforms.AdversarialAttack(model, new FastGradientMethod(Norm.LInfinity, 0.1)).Fit(images).Transform(images);
        Assert.AreEqual(images.Schema["Features"].Type, attacked.Schema["AdversarialFeatures"].Type);

        var named = Ml.Transforms.Concatenate("Features", "Id", "Extra").Append(Ml.Transforms.NormalizeMinMax("Features"))
            .Append(Ml.Transforms.Conversion.MapValueToKey("Label", "Id"));
        var numbers = Ml.Data.LoadFromEnumerable(Enumerable.Range(0, 40).Select(i => new Numbers { Id = i % 4, Extra = i }).ToArray());
        var prepared = named.Fit(numbers).Transform(numbers);
        var second = TestData.Fruit.Trainer(Ml, epochs: 1).Fit(prepared);
        var estimator = Ml.Transforms.AdversarialAttack(second, new FastGradientMethod(Norm.LInfinity, 0.1));
        var schema = estimator.Fit(prepared).GetOutputSchema(prepared.Schema);
        VBuffer<ReadOnlyMemory<char>> names = default;
        schema["AdversarialFeatures"].GetSlotNames(ref names);
        Assert.AreEqual("Id Extra", string.Join(' ', names.DenseValues()));

        // Promised = delivered with slot names and numbers for labels too.
        var promised = estimator.GetOutputSchema(SchemaShape.Create(prepared.Schema));
        foreach (var delivered in SchemaShape.Create(schema).Where(column => Outputs.Contains(column.Name)))
        {
            var annotations = promised.Single(column => column.Name == delivered.Name).Annotations;
            CollectionAssert.AreEquivalent(
                delivered.Annotations.Select(one => $"{one.Name} {one.Kind} {one.ItemType}").ToArray(),
                annotations.Select(one => $"{one.Name} {one.Kind} {one.ItemType}").ToArray(), delivered.Name);
        }
    }

    private static IEnumerable<object[]> Attacks =>
    [
        ["FGSM", new FastGradientMethod(Norm.LInfinity, Epsilon), false],
        ["FGM L2", new FastGradientMethod(Norm.L2, 0.5), false],
        ["PGD", Pgd, false],
        ["PGD L2", new ProjectedGradientDescent(Norm.L2, 0.5) { Steps = 10, Restarts = 2 }, false],
        ["PGD, targeted", Pgd, true],
        ["MIM, targeted", new MomentumIterativeMethod(Norm.LInfinity, Epsilon), true],
    ];

    private static IDataView Attack(Attack attack, IDataView data, AttackColumns? columns = null) =>
        Ml.Transforms.AdversarialAttack(Fruit.Network, attack, columns).Fit(data).Transform(data);

    private sealed class Numbers
    {
        public float Id { get; set; }

        public float Extra { get; set; }
    }
}
