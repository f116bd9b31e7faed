using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.Cascades;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm.CarliniWagner;
using Microsoft.ML.Adversarial.Attacks.Saliency;
using Microsoft.ML.Adversarial.Evaluation.Diagnostics;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Microsoft.ML.Adversarial.Trainers;

/// <summary>
/// What Papernot et al. found (arXiv:1511.04508) and what Carlini and Wagner made of it (arXiv:1608.04644), on their architecture and fewer digits.
/// </summary>
[TestClass]
public sealed class DistillationFactsTests
{
    private const int TrainingRows = 3000;
    private const int Epochs = 10;
    private const double LearningRate = 0.002;
    private const int JacobianRows = 40;
    private const int CarliniWagnerRows = 10;

    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void Distillation_stops_the_published_saliency_attack_and_nothing_else()
    {
        var digits = Mnist.Load(_ml, TrainingRows + JacobianRows);
        var train = _ml.Data.TakeRows(digits, TrainingRows);
        var test = WithTargets(_ml.Data.SkipRows(digits, TrainingRows));
        var plain = _ml.MulticlassClassification.Trainers.NeuralNetwork(new NeuralNetworkMulticlassTrainer.Options
        {
            Network = NetworkDefinition.PapernotMnist, Epochs = Epochs, LearningRate = LearningRate,
        }).Fit(train);
        var distilled = _ml.MulticlassClassification.Trainers.DefensiveDistillation(new DefensiveDistillationTrainer.Options
        {
            Network = NetworkDefinition.PapernotMnist, Epochs = Epochs, LearningRate = LearningRate, Temperature = 100,
        }).Fit(train);
        Assert.IsGreaterThan(0.8, _ml.MulticlassClassification.Evaluate(distilled.Transform(test)).MicroAccuracy);

        var published = new JacobianSaliencyMapAttack { Source = SaliencySource.SinglePrecisionSoftmax };
        Assert.IsGreaterThan(0.85, Success(plain, published, test));
        Assert.IsLessThan(0.05, Success(distilled, published, test));

        // The same attack on logits, whose gradients do not vanish.
        Assert.IsGreaterThan(0.5, Success(distilled, new JacobianSaliencyMapAttack { Source = SaliencySource.Logits }, test));
        var few = _ml.Data.TakeRows(test, CarliniWagnerRows);
        Assert.AreEqual(1, Success(distilled, new CarliniWagnerL2 { Iterations = 200, LearningRate = 0.1, InitialConstant = 0.1, BinarySearchSteps = 5 }, few));

        AnEvaluationShowsBoth(distilled, test);
    }

    // PGD says that the network is robust, the diagnostics say why it says so, AutoAttack says what is true.
    private void AnEvaluationShowsBoth(ITransformer distilled, IDataView test)
    {
        const double epsilon = 0.1;
        AttackSuite suite = new(
            "both", Norm.LInfinity, epsilon,
            [SuiteAttack.Of(new ProjectedGradientDescent(Norm.LInfinity, epsilon)), SuiteAttack.Of(AutoAttack.Standard(Norm.LInfinity, epsilon))]);

        var metrics = _ml.MulticlassClassification.EvaluateRobustness(distilled, test, suite);

        Assert.IsGreaterThan(metrics["autoattack"].RobustAccuracy.Value + 0.2, metrics["pgd"].RobustAccuracy.Value, metrics.ToString());
        Assert.IsTrue(metrics.Warnings.Any(warning => warning.Kind == DiagnosticKind.VanishingGradients), metrics.ToString());
    }

    // Every digit is to become the next one.
    private IDataView WithTargets(IDataView rows)
    {
        var names = Enumerable.Range(0, 10).Select(digit => $"{digit}").ToArray();
        var next = names.Select((name, digit) => KeyValuePair.Create(name, names[(digit + 1) % 10]));
        var classes = _ml.Data.LoadFromEnumerable(names.Select(name => new ClassName { Name = name }));
        return _ml.Transforms.Conversion.MapKeyToValue("Name", "Label")
            .Append(_ml.Transforms.Conversion.MapValue("Next", next, "Name"))
            .Append(_ml.Transforms.Conversion.MapValueToKey(
                "Target", "Next", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByOccurrence, keyData: classes))
            .Fit(rows).Transform(rows);
    }

    private double Success(ITransformer model, Attack attack, IDataView rows)
    {
        var attacked = _ml.Transforms.AdversarialAttack(model, attack, new() { Target = "Target" }).Fit(rows).Transform(rows);
        return attacked.GetColumn<bool>("AttackSucceeded").Average(succeeded => succeeded ? 1.0 : 0);
    }

    private sealed class ClassName
    {
        public string Name { get; set; } = "";
    }
}
