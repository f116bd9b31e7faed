using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Certification;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Networks.Layers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Adversarial.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training;

[TestClass]
public sealed class AdversarialTrainingTests
{
    private const double Epsilon = 0.6;

    private static readonly HypersphereEmbedding Embedding = new() { Scale = 10 };

    // Interval bounds know no embedding.
    public static IEnumerable<object[]> Losses => EmbeddedLosses.Append([new IntervalBoundLoss(Epsilon), null!]);

    private static IEnumerable<object[]> EmbeddedLosses =>
        from loss in new TrainingLoss[]
        {
            new AdversarialCrossEntropyLoss(Norm.LInfinity, Epsilon),
            new AdversarialCrossEntropyLoss(Norm.L2, Epsilon) { Share = 0.5 },
            AdversarialCrossEntropyLoss.Fast(Norm.LInfinity, Epsilon),
            new FreeAdversarialLoss(Norm.LInfinity, Epsilon),
            new AdversarialLogitPairingLoss(Norm.LInfinity, Epsilon),
            new TradesLoss(Norm.LInfinity, Epsilon),
            new MisclassificationAwareLoss(Norm.LInfinity, Epsilon),
        }
        from embedding in new[] { null, Embedding }
        select new object[] { loss, embedding! };

    [TestMethod]
    [DynamicData(nameof(Losses))]
    public void EveryLossLearnsToWithstand(TrainingLoss loss, HypersphereEmbedding? embedding)
    {
        using TrainingTask task = Task(embedding);
        List<TrainingProgress> reports = task.Run(Options(embedding), loss);
        Assert.IsGreaterThan(0.95, task.Accuracy());
        // A cloud is half as wide as the budget, and the clouds are 3 and more apart.
        Assert.IsGreaterThan(0.85, RobustAccuracy(task));
        Assert.IsTrue(reports.All(report => report.RobustAccuracy is >= 0 and <= 1));
        Assert.IsFalse(task.Network.Module.training);
    }

    [TestMethod]
    [DynamicData(nameof(Losses))]
    public void TheSeedDecidesEveryBitOfTheWeights(TrainingLoss loss, HypersphereEmbedding? embedding)
    {
        using TrainingTask one = Task(embedding);
        using TrainingTask same = Task(embedding);
        TrainingOptions options = Options(embedding);
        options.Epochs = 2;
        one.Run(options, loss, seed: 7);
        same.Run(options, loss, seed: 7);
        CollectionAssert.AreEqual(one.Weights(), same.Weights());
    }

    [TestMethod]
    [DynamicData(nameof(Losses))]
    public void NoTensorsAreLeft(TrainingLoss loss, HypersphereEmbedding? embedding)
    {
        using TrainingTask task = Task(embedding);
        TrainingOptions options = Options(embedding);
        options.Epochs = 2;
        LiveTensors.AssertNoneLeft(() =>
        {
            task.Run(options, loss);
            return [];
        });
    }

    [TestMethod]
    public void IntervalBoundTrainingGivesCertificates()
    {
        // Three layers, through which the bounds of ordinary weights grow.
        const double Wide = 0.8;
        NetworkDefinition deep = new()
        {
            InputShape = [2], ClassCount = 3, Layers = [new LinearLayer(32), new ReLULayer(), new LinearLayer(32), new ReLULayer(), new LinearLayer()],
        };
        using TrainingTask plain = new(definition: deep);
        using TrainingTask certified = new(definition: deep);
        TrainingOptions options = Options(null);
        options.Epochs = 30;
        plain.Run(options);
        certified.Run(options, new IntervalBoundLoss(Wide));
        Assert.IsGreaterThan(0.9, certified.Accuracy());
        Assert.IsGreaterThan(Share(plain) + 0.05, Share(certified));
        // A certificate holds against every attack.
        Assert.IsGreaterThanOrEqualTo(Share(certified), RobustAccuracy(certified, Wide));

        static double Share(TrainingTask task)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            return new IntervalCertificate(task.Classifier).Certify(task.Rows.Inputs, task.Rows.Labels, Wide).to(ScalarType.Float64).mean().item<double>();
        }
    }

    [TestMethod]
    public void TheBudgetRisesToItsLargest()
    {
        using TrainingTask task = new();
        AdversarialCrossEntropyLoss loss = new(Norm.LInfinity, Epsilon) { WarmUp = 0.5 };
        Assert.AreEqual(0, Largest(loss, task, 0));
        Assert.AreEqual(Epsilon / 2, Largest(loss, task, 0.25), 1e-5);
        Assert.AreEqual(Epsilon, Largest(loss, task, 0.5), 1e-5);
        Assert.AreEqual(Epsilon, Largest(loss, task, 0.99), 1e-5);
    }

    [TestMethod]
    public void StepLengthsThatWereSetRiseWithTheBudget()
    {
        // One step of half the budget from the input itself.
        using TrainingTask task = new();
        ProjectedGradientDescent attack = new(Norm.LInfinity, Epsilon) { Steps = 1, StepSize = Epsilon / 2, RandomStart = false };
        AdversarialCrossEntropyLoss loss = new(attack) { WarmUp = 1 };
        Assert.AreEqual(Epsilon / 4, Largest(loss, task, 0.5), 1e-5);
    }

    [TestMethod]
    public void AShareOfTheRowsStaysClean()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using TrainingTask task = new();
        AdversarialCrossEntropyLoss loss = new(Norm.LInfinity, Epsilon) { Share = 0.25 };
        TrainingStep step = Step(task, 0.9);
        Tensor moved = loss.Perturb(step).ne(step.Inputs).any(1);
        Assert.AreEqual(60, moved.sum().item<long>());
        Assert.IsTrue(moved.narrow(0, 0, 60).all().item<bool>());
    }

    [TestMethod]
    public void CraftingLooksAtTheNetworkInEvaluationMode()
    {
        // Dropout and batch statistics would move the running mean, and the attack off its target.
        using DisposeScope scope = torch.NewDisposeScope();
        using TrainingTask task = new();
        byte[] before = task.Weights();
        task.Network.Module.train();
        AdversarialCrossEntropyLoss loss = new(Norm.LInfinity, Epsilon);
        TrainingStep step = Step(task, 0.9);
        Tensor found = loss.Perturb(step);
        Assert.IsTrue(task.Network.Module.training);
        CollectionAssert.AreEqual(before, task.Weights());
        task.Network.Module.eval();
        using AttackResult attacked = loss.Attack.Run(
            task.Classifier, task.Rows.Inputs, Goal.Misclassify(task.Rows.Labels), new() { Seed = 5 });
        Assert.IsTrue(found.eq(attacked.Inputs).all().item<bool>());
    }

    [TestMethod]
    public void ABudgetLargerThanTheInputRangeIsAnError()
    {
        using TrainingTask task = new();
        var e = Assert.ThrowsExactly<ArgumentException>(() => task.Run(new(), new AdversarialCrossEntropyLoss(Norm.LInfinity, 20.5)));
        Assert.Contains("Expected epsilon of at most 20", e.Message);
        Assert.ThrowsExactly<ArgumentException>(() => task.Run(new(), new FreeAdversarialLoss(Norm.L2, 29)));
        Assert.ThrowsExactly<ArgumentException>(() => task.Run(new(), new IntervalBoundLoss(20.5)));
    }

    [TestMethod]
    public void FewerHeldOutRowsThanClassesAreAnError()
    {
        using TrainingTask task = new(20);
        var e = Assert.ThrowsExactly<ArgumentException>(() => task.Run(new() { ValidationFraction = 0.1 }));
        Assert.Contains("Expected at least 3 held-out rows, one per class, got 2", e.Message);
    }

    [TestMethod]
    public void SoftLabelsAreOnePerTrainingRow()
    {
        using TrainingTask task = new();
        using Tensor soft = torch.zeros(10, 3);
        var e = Assert.ThrowsExactly<ArgumentException>(() => task.Run(new(), new DistillationLoss { SoftLabels = soft }));
        Assert.Contains("[240, 3]", e.Message);
    }

    [TestMethod]
    public void ARobustAccuracyThatCollapsesIsToldAndTheBestWeightsAreKept()
    {
        // From the eleventh of 16 epochs on the loss rises rather than falls.
        using TrainingTask task = new();
        CollapsingLoss collapsing = new(new AdversarialCrossEntropyLoss(Norm.LInfinity, Epsilon), From: 10.0 / 16);
        TrainingOptions options = Options(null);
        (options.Epochs, options.Patience, options.Schedule) = (16, 16, LearningRateSchedule.Constant);
        List<TrainingProgress> reports = task.Run(options, collapsing);
        Assert.IsTrue(reports.Take(10).All(report => report.Warning is null));
        Assert.IsTrue(reports.Any(report => report.Warning?.Contains("Catastrophic overfitting: accuracy under PGD", StringComparison.Ordinal) == true));
        Assert.IsGreaterThan(0.85, RobustAccuracy(task));
    }

    [TestMethod]
    public void FastTrainingCollapsesOnItsOwnWherePgdDoesNot()
    {
        // The clouds overlap within this budget, so that a network does best by hiding its gradients from one long step.
        const double Large = 1.7;
        NetworkDefinition wide = new()
        {
            InputShape = [2],
            ClassCount = 3,
            Layers = [new LinearLayer(64), new ReLULayer(), new LinearLayer(64), new ReLULayer(), new LinearLayer()],
        };
        TrainingOptions options = new()
        {
            Epochs = 30, Patience = 30, BatchSize = 32, ValidationFraction = 0.25,
            LearningRate = 0.01, Schedule = LearningRateSchedule.Constant,
        };
        using TrainingTask fast = new(definition: wide);
        using TrainingTask sound = new(definition: wide);
        List<TrainingProgress> reports = fast.Run(options, AdversarialCrossEntropyLoss.Fast(Norm.LInfinity, Large));
        Assert.IsLessThan(0.25, reports.TakeLast(20).Min(report => report.RobustAccuracy!.Value));
        Assert.IsTrue(reports.Any(report => report.Warning?.Contains("Catastrophic overfitting", StringComparison.Ordinal) == true));
        Assert.IsGreaterThan(0.4, RobustAccuracy(fast, Large), "the best weights");
        Assert.IsGreaterThan(0.35, sound.Run(options, new AdversarialCrossEntropyLoss(Norm.LInfinity, Large))[^1].RobustAccuracy!.Value);
    }

    private static TrainingTask Task(HypersphereEmbedding? embedding) =>
        new(definition: embedding is null ? null : TrainingTask.Definition.WithHypersphereEmbedding(embedding.Scale));

    private static TrainingOptions Options(HypersphereEmbedding? embedding) => new()
    {
        Epochs = 12, BatchSize = 32, LearningRate = 0.02, ValidationFraction = 0.1, Hypersphere = embedding, Patience = 12,
    };

    private static double RobustAccuracy(TrainingTask task, double epsilon = Epsilon)
    {
        ProjectedGradientDescent attack = new(Norm.LInfinity, epsilon);
        using AttackResult result = attack.Run(task.Classifier, task.Rows.Inputs, Goal.Misclassify(task.Rows.Labels));
        using Tensor share = result.Succeeded.to(ScalarType.Float64).mean();
        return 1 - share.item<double>();
    }

    private static double Largest(AdversarialLoss loss, TrainingTask task, double done)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        TrainingStep step = Step(task, done);
        return (loss.Perturb(step) - step.Inputs).abs().max().item<float>();
    }

    private static TrainingStep Step(TrainingTask task, double done) => new(
        task.Classifier, task.Rows, torch.arange(task.Rows.Count, ScalarType.Int64), done, embedding: null, seed: 5, CancellationToken.None);
}
