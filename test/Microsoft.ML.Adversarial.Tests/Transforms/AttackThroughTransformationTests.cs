using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Adversarial.Trainers;
using Microsoft.ML.Adversarial.Transformations;
using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>Attacks on a model whose network stands behind input transformations attack all of it.</summary>
[TestClass]
public sealed class AttackThroughTransformationTests
{
    private const double Epsilon = 0.25;

    private static readonly Attack Bim = new BasicIterativeMethod(Norm.LInfinity, Epsilon);
    private static readonly string[] Outputs = ["AdversarialFeatures", "AttackSucceeded", "PerturbationSize", "AdversarialPredictedLabel"];
    private static readonly BitDepthReduction Few = new() { Bits = 2 };

    private readonly MLContext _ml = new(seed: 1);
    private readonly FruitRow[] _rows = FruitRow.Create(60, seed: 2, noise: 0.3);

    private IDataView Train => Fruit.LoadLabelled(_ml, 240, seed: 1, noise: 0.3);

    private IDataView Test => Fruit.LoadLabelled(_ml, 60, seed: 2, noise: 0.3);

    [TestMethod]
    public void The_composition_is_attacked_on_the_column_before_the_transformation()
    {
        var model = _ml.Transforms.BitDepthReduction("Few", "Features", bits: 2).Append(Trainer("Few")).Fit(Train);
        AssertAttacks(model, Composition(model, Few), Test);

        // What the columns say is so: the whole model reads the adversarial features as they say.
        var attacked = Attack(model, Test);
        var rescored = model.Transform(_ml.Transforms.CopyColumns("Features", "AdversarialFeatures").Fit(attacked).Transform(attacked));
        CollectionAssert.AreEqual(
            rescored.GetColumn<uint>("AdversarialPredictedLabel").ToArray(), rescored.GetColumn<uint>("PredictedLabel").ToArray());
        Assert.IsLessThanOrEqualTo(Epsilon + 1e-6, attacked.GetColumn<float>("PerturbationSize").Max());
        Assert.IsGreaterThan(0.3, attacked.GetColumn<bool>("AttackSucceeded").Average(succeeded => succeeded ? 1.0 : 0));
    }

    [TestMethod]
    public void A_transformation_may_replace_its_column()
    {
        var model = _ml.Transforms.BitDepthReduction("Features", bits: 2).Append(Trainer("Features")).Fit(Train);
        AssertAttacks(model, Composition(model, Few), Test);
        Failures.Require<ArgumentException>(
            () => Attack(model, model.Transform(Test)),
            "Column 'Features': expected the features before BitDepthReduction, which the attack goes through", "a column of another name");
    }

    [TestMethod]
    public void Other_steps_may_stand_between_where_the_network_was_trained_behind_them()
    {
        var model = _ml.Transforms.BitDepthReduction("Few", "Features", bits: 2)
            .Append(_ml.Transforms.Conversion.MapValueToKey("Other", "Kind"))
            .Append(_ml.Transforms.CopyColumns("Copy", "Few"))
            .AppendCacheCheckpoint(_ml)
            .Append(Trainer("Copy"))
            .Append(_ml.Transforms.FisherTrace()).Fit(Train);
        AssertAttacks(model, Composition(model, Few), Test);
    }

    [TestMethod]
    public void Several_transformations_compose()
    {
        var model = _ml.Transforms.MedianSmoothing("Features", imageShape: [1, 2, 4])
            .Append(_ml.Transforms.ThermometerEncoding("Features", levels: 4)).Append(Trainer("Features")).Fit(Train);
        var network = model.LastTransformer.Model;
        CollectionAssert.AreEqual(new long[] { 4, 2, 4 }, network.InputShape.ToArray());
        var expected = TransformedClassifier.Of(
            TransformedClassifier.Of(network, new ThermometerEncoding { Levels = 4 }, [1, 2, 4]), new MedianSmoothing());
        AssertAttacks(model, expected, Test);
    }

    [TestMethod]
    public void A_defence_that_was_put_before_a_trained_network_is_found_too()
    {
        var network = Trainer("Features").Fit(Train);
        var smoothing = _ml.Transforms.MedianSmoothing("Features", imageShape: [1, 2, 4]).Fit(Test);
        var fewer = _ml.Transforms.BitDepthReduction("Features", bits: 2).Fit(smoothing.Transform(Test));
        var model = new TransformerChain<ITransformer>(smoothing, fewer, network);
        var expected = TransformedClassifier.Of(TransformedClassifier.Of(network.Model, Few), new MedianSmoothing(), [1, 2, 4]);
        AssertAttacks(model, expected, Test);
        AssertAttacks(SaveAndLoad(model, Test.Schema), expected, Test);

        var normaliser = _ml.Transforms.NormalizeMinMax("Features").Fit(Test);
        Failures.Require<ArgumentException>(
            () => Attack(new TransformerChain<ITransformer>(fewer, normaliser, network), Test),
            "AdversarialAttack: expected input transformations right before what reads them, got a NormalizingTransformer between BitDepthReduction",
            "put normalisation into the NetworkDefinition");
    }

    [TestMethod]
    public void Models_and_attacks_from_files_do_the_same()
    {
        var model = _ml.Transforms.MedianSmoothing("Smooth", "Features", imageShape: [1, 2, 4])
            .Append(_ml.Transforms.BitDepthReduction("Few", "Smooth", bits: 2)).Append(Trainer("Few")).Fit(Train);
        var expected = Cells.Read(Attack(model, Test), Outputs);

        var loaded = SaveAndLoad(model, Train.Schema);
        Cells.AreEqual(expected, Cells.Read(Attack(loaded, Test), Outputs), tolerance: 0);
        var network = ((TransformerChain<ITransformer>)loaded).LastTransformer;
        Cells.AreEqual(expected, Cells.Read(Attack(network, Test), Outputs), tolerance: 0, "the network alone");
        var attack = SaveAndLoad(_ml.Transforms.AdversarialAttack(loaded, Bim).Fit(Test), Test.Schema);
        Cells.AreEqual(expected, Cells.Read(attack.Transform(Test), Outputs), tolerance: 0, "a saved attack");
    }

    [TestMethod]
    public void The_network_alone_is_attacked_where_it_is_passed_as_a_classifier()
    {
        var model = _ml.Transforms.BitDepthReduction("Few", "Features", bits: 2).Append(Trainer("Few")).Fit(Train);
        var network = model.LastTransformer.Model;
        var behind = model.Transform(Test);
        var attacked = _ml.Transforms.AdversarialAttack(network, Bim, "Few").Fit(behind).Transform(behind);
        using var inputs = tensor(Cells.Read(behind, "Few").Values.SelectMany(row => row).ToArray()).reshape(60, FruitRow.FeatureCount);
        using var labels = Labels();
        using var expected = Bim.Run(network, inputs, Goal.Misclassify(labels));
        CollectionAssert.AreEqual(
            expected.Succeeded.data<bool>().ToArray(), attacked.GetColumn<bool>("AttackSucceeded").ToArray());
    }

    [TestMethod]
    public void Random_defences_are_attacked_alike_each_time_they_are_read()
    {
        var model = _ml.Transforms.RandomResizePad("Moved", "Features", smallestSize: 0.4, imageShape: [1, 2, 4]).Append(Trainer("Moved")).Fit(Train);
        var attack = new ProjectedGradientDescent(Norm.LInfinity, Epsilon) { Steps = 5, GradientSamples = 3 };
        var attacked = _ml.Transforms.AdversarialAttack(model, attack).Fit(Test).Transform(Test);
        Cells.AreEqual(Cells.Read(attacked, Outputs), Cells.Read(attacked, Outputs), tolerance: 0);
    }

    [TestMethod]
    public void Detectors_read_the_column_that_the_network_reads()
    {
        var plain = _ml.Transforms.BitDepthReduction("Few", "Features", bits: 2).Append(Trainer("Few")).Append(_ml.Transforms.FisherTrace()).Fit(Train);
        var scored = plain.Transform(Test);
        var network = ((IEnumerable<ITransformer>)plain).OfType<NeuralNetworkMulticlassTransformer>().Single().Model;
        using var inputs = tensor(Cells.Read(scored, "Few").Values.SelectMany(row => row).ToArray()).reshape(60, FruitRow.FeatureCount);
        using var expected = new Detectors.FisherTrace(network).Score(inputs);
        var actual = scored.GetColumn<float>("FisherTrace").ToArray();
        Cells.AreEqual(expected.to(ScalarType.Float32).data<float>().ToArray(), actual, 1e-4f, "FisherTrace");
    }

    private static TransformedClassifier Composition(ITransformer model, InputTransformation transformation) => TransformedClassifier.Of(
        ((IEnumerable<ITransformer>)model).OfType<NeuralNetworkMulticlassTransformer>().Single().Model, transformation);

    private NeuralNetworkMulticlassTrainer Trainer(string features) => Fruit.TrainerOn(_ml, features);

    private IDataView Attack(ITransformer model, IDataView data) => _ml.Transforms.AdversarialAttack(model, Bim).Fit(data).Transform(data);

    private Tensor Labels() => tensor(Enumerable.Range(0, _rows.Length).Select(row => (long)(row % 3)).ToArray());

    // In batches of other sizes, which may change the last bits.
    private void AssertAttacks(ITransformer model, TransformedClassifier expected, IDataView data)
    {
        using var inputs = tensor(_rows.SelectMany(row => row.Features).ToArray()).reshape(_rows.Length, FruitRow.FeatureCount);
        using var labels = Labels();
        using var result = Bim.Run(expected, inputs, Goal.Misclassify(labels));
        var attacked = Cells.Read(Attack(model, data), "AdversarialFeatures", "AttackSucceeded").Values.ToArray();
        var features = result.Inputs.data<float>().ToArray().Chunk(FruitRow.FeatureCount).ToArray();
        var succeeded = result.Succeeded.data<bool>().ToArray();
        for (var row = 0; row < attacked.Length; row++)
            Cells.AreEqual([.. features[row], succeeded[row] ? 1 : 0], attacked[row], 1e-5f, $"row {row}");
    }

    private ITransformer SaveAndLoad(ITransformer model, DataViewSchema schema)
    {
        using var file = new MemoryStream();
        _ml.Model.Save(model, schema, file);
        file.Position = 0;
        return new MLContext().Model.Load(file, out _);
    }
}
