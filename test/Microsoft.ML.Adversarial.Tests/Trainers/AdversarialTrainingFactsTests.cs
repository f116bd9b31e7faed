using Microsoft.ML.Adversarial.Attacks.Cascades;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Networks.Layers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Adversarial.Training;
using Microsoft.ML.Adversarial.Training.Losses;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Trainers;

/// <summary>What Madry et al. found (arXiv:1706.06083), with a third of the budget, fewer digits and fewer epochs.</summary>
[TestClass]
public sealed class AdversarialTrainingFactsTests
{
    private const int TrainingRows = 6000;
    private const int TestRows = 300;
    private const double Epsilon = 0.1;

    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void Adversarial_training_withstands_what_breaks_ordinary_training()
    {
        var digits = Mnist.Load(_ml, TrainingRows + TestRows);
        var train = _ml.Data.TakeRows(digits, TrainingRows);
        var test = _ml.Data.SkipRows(digits, TrainingRows);
        var plain = Trained(new CrossEntropyLoss(), train);
        var robust = Trained(new AdversarialCrossEntropyLoss(new ProjectedGradientDescent(Norm.LInfinity, Epsilon) { Steps = 5 }), train);
        Assert.IsGreaterThan(0.95, _ml.MulticlassClassification.Evaluate(robust.Transform(test)).MicroAccuracy);

        var attack = new ProjectedGradientDescent(Norm.LInfinity, Epsilon);
        var (ofPlain, ofRobust) = (RobustAccuracy(plain, attack, test), RobustAccuracy(robust, attack, test));
        Assert.IsGreaterThan(0.85, ofRobust);
        Assert.IsLessThan((1 - ofPlain) / 2, 1 - ofRobust, $"errors under attack, against {1 - ofPlain} of ordinary training");

        // What is left is no trick of the gradients: attacks that look for those leave nearly as much.
        var few = _ml.Data.TakeRows(test, 20);
        Assert.IsGreaterThan(RobustAccuracy(robust, attack, few) - 0.15, RobustAccuracy(robust, AutoAttack.Standard(Norm.LInfinity, Epsilon), few));
    }

    private NeuralNetworkMulticlassTransformer Trained(TrainingLoss loss, IDataView train) =>
        _ml.MulticlassClassification.Trainers.NeuralNetwork(new NeuralNetworkMulticlassTrainer.Options
        {
            Network = new NetworkDefinition
            {
                Layers =
                [
                    new Conv2dLayer(8, 5), new ReLULayer(), new MaxPool2dLayer(2), new Conv2dLayer(16, 5), new ReLULayer(), new MaxPool2dLayer(2),
                    new FlattenLayer(), new LinearLayer(64), new ReLULayer(), new LinearLayer(),
                ],
            },
            Loss = loss,
            Epochs = 4,
            BatchSize = 64,
            LearningRate = 0.002,
            ValidationFraction = 0,
            Schedule = LearningRateSchedule.ConstantThenLinear,
        }).Fit(train);

    private double RobustAccuracy(ITransformer model, Attacks.Attack attack, IDataView rows)
    {
        var attacked = _ml.Transforms.AdversarialAttack(model, attack).Fit(rows).Transform(rows);
        return 1 - attacked.GetColumn<bool>("AttackSucceeded").Average(succeeded => succeeded ? 1.0 : 0);
    }
}
