using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Adversarial.Training;
using Microsoft.ML.Adversarial.Training.Losses;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Trainers;

[TestClass]
public sealed class DefenceTrainerTests
{
    private const double Epsilon = 0.15;

    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void A_hardened_pipeline_with_hypersphere_embedding_withstands_more_and_comes_back_from_its_file()
    {
        var train = Fruit.LoadLabelled(_ml, 400, seed: 1);
        var test = Fruit.LoadLabelled(_ml, 300, seed: 2);
        var plain = Fruit.Trainer(_ml, epochs: 30).Fit(train);
        var hard = _ml.MulticlassClassification.Trainers.AdversarialTraining(
            new AdversarialCrossEntropyLoss(Norm.LInfinity, Epsilon), Fruit.Network, new HypersphereEmbedding(), epochs: 30, learningRate: 0.02).Fit(train);

        Assert.IsGreaterThan(Withstood(plain, test), Withstood(hard, test));
        Assert.IsTrue(hard.Transform(test).GetColumn<float[]>("Logits").All(logits => logits.All(logit => Math.Abs(logit) <= 15.001f)));

        using var stream = new MemoryStream();
        _ml.Model.Save(hard, train.Schema, stream);
        stream.Position = 0;
        var loaded = (NeuralNetworkMulticlassTransformer)new MLContext().Model.Load(stream, out _);
        CollectionAssert.AreEqual(
            hard.Transform(test).GetColumn<float[]>("Score").SelectMany(score => score).ToArray(),
            loaded.Transform(test).GetColumn<float[]>("Score").SelectMany(score => score).ToArray());
        Assert.AreEqual(Withstood(hard, test), Withstood(loaded, test));
    }

    [TestMethod]
    public void A_binary_network_is_hardened_likewise()
    {
        var train = Fruit.Load(_ml, 400, seed: 1);
        var test = Fruit.Load(_ml, 300, seed: 2);
        var plain = Fruit.BinaryTrainer(_ml, epochs: 30).Fit(train);
        var hard = _ml.BinaryClassification.Trainers.AdversarialTraining(
            new TradesLoss(Norm.LInfinity, Epsilon), Fruit.Network, labelColumnName: "IsApple", epochs: 30, learningRate: 0.02).Fit(train);
        Assert.IsGreaterThan(Withstood(plain, test, "IsApple"), Withstood(hard, test, "IsApple"));
    }

    [TestMethod]
    public void A_distilled_network_has_logits_that_are_a_temperature_larger()
    {
        var train = Fruit.LoadLabelled(_ml, 400, seed: 1);
        var plain = Fruit.Trainer(_ml, epochs: 30).Fit(train);
        NeuralNetworkMulticlassTransformer? teacher = null;
        var options = Options(temperature: 20);
        options.TeacherFitted = fitted => teacher = fitted;
        var student = _ml.MulticlassClassification.Trainers.DefensiveDistillation(options).Fit(train);

        Assert.IsGreaterThan(0.9, Accuracy(student, train));
        Assert.IsGreaterThan(0.9, Accuracy(teacher!, train));
        Assert.IsGreaterThan(5 * Spread(plain, train), Spread(student, train));

        // The student learnt the teacher's probabilities at T, which say more than the label.
        var distance = At(20, student, train).Zip(At(20, teacher!, train), (one, other) => one.Zip(other, (p, q) => Math.Abs(p - q)).Max()).Average();
        var fromLabels = At(20, teacher!, train).Average(probabilities => 1 - probabilities.Max());
        Assert.IsLessThan(fromLabels, distance);
        teacher!.Model.Dispose();
    }

    [TestMethod]
    public void A_teacher_that_is_given_is_used_and_left_as_it_is()
    {
        var train = Fruit.LoadLabelled(_ml, 400, seed: 1);
        NeuralNetworkMulticlassTransformer? teacher = null;
        var options = Options(temperature: 10);
        options.TeacherFitted = fitted => teacher = fitted;
        _ml.MulticlassClassification.Trainers.DefensiveDistillation(options).Fit(train).Model.Dispose();
        var before = At(1, teacher!, train).ToArray();

        options = Options(temperature: 10);
        options.Teacher = teacher;
        var student = _ml.MulticlassClassification.Trainers.DefensiveDistillation(options).Fit(train);

        Assert.IsGreaterThan(0.9, Accuracy(student, train));
        CollectionAssert.AreEqual(before.SelectMany(p => p).ToArray(), At(1, teacher!, train).SelectMany(p => p).ToArray());
    }

    [TestMethod]
    public void A_teacher_for_other_data_is_refused()
    {
        var teacher = _ml.MulticlassClassification.Trainers.NeuralNetwork(new NeuralNetworkMulticlassTrainer.Options { Epochs = 1 }).Fit(Mnist.Load(_ml, 200));
        var options = Options(temperature: 10);
        options.Teacher = teacher;
        var error = Assert.ThrowsExactly<ArgumentException>(
            () => _ml.MulticlassClassification.Trainers.DefensiveDistillation(options).Fit(Fruit.LoadLabelled(_ml, 100, seed: 1)));
        Assert.Contains("10 classes", error.Message);
    }

    [TestMethod]
    public void Options_that_make_no_sense_are_named_before_training()
    {
        var trainers = _ml.MulticlassClassification.Trainers;
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => trainers.DefensiveDistillation(temperature: 0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => trainers.DefensiveDistillation(temperature: double.NaN));
        var options = Options(temperature: 10);
        options.Loss = new TradesLoss(Norm.LInfinity, Epsilon);
        Assert.Contains("TradesLoss", Assert.ThrowsExactly<ArgumentException>(() => trainers.DefensiveDistillation(options)).Message);
        Assert.ThrowsExactly<ArgumentNullException>(() => trainers.AdversarialTraining(null!));
    }

    [TestMethod]
    public void Distillation_continues_from_its_checkpoints()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            var train = Fruit.LoadLabelled(_ml, 200, seed: 1);
            var whole = Fit(null);
            var path = Path.Combine(folder, "distillation");
            CollectionAssert.AreEqual(whole, Fit(path));
            Assert.HasCount(3, Directory.GetFiles(folder));
            CollectionAssert.AreEqual(whole, Fit(path));

            float[] Fit(string? checkpoint)
            {
                var options = Options(temperature: 10);
                (options.Epochs, options.CheckpointPath) = (3, checkpoint);
                var model = new MLContext(seed: 4).MulticlassClassification.Trainers.DefensiveDistillation(options).Fit(train);
                return [.. model.Transform(train).GetColumn<float[]>("Logits").SelectMany(logits => logits)];
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static DefensiveDistillationTrainer.Options Options(double temperature) => new()
    {
        Network = Fruit.Network, Temperature = temperature, Epochs = 30, BatchSize = 32, LearningRate = 0.02,
    };

    private double Withstood(ITransformer model, IDataView rows, string label = "Label")
    {
        var attack = new ProjectedGradientDescent(Norm.LInfinity, Epsilon);
        var attacked = _ml.Transforms.AdversarialAttack(model, attack, new() { Label = label }).Fit(rows).Transform(rows);
        return attacked.GetColumn<bool>("AttackSucceeded").Average(succeeded => succeeded ? 0.0 : 1);
    }

    private double Accuracy(ITransformer model, IDataView rows) => _ml.MulticlassClassification.Evaluate(model.Transform(rows)).MicroAccuracy;

    private static double Spread(ITransformer model, IDataView rows) =>
        model.Transform(rows).GetColumn<float[]>("Logits").Average(logits => logits.Max() - logits.Min());

    private static IEnumerable<double[]> At(double temperature, ITransformer model, IDataView rows) =>
        model.Transform(rows).GetColumn<float[]>("Logits").Select(logits =>
        {
            double[] powers = [.. logits.Select(logit => Math.Exp((logit - logits.Max()) / temperature))];
            return powers.Select(power => power / powers.Sum()).ToArray();
        });
}
