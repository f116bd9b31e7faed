using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Adversarial.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training;

[TestClass]
public sealed class TrainingLoopTests
{
    private readonly TrainingTask task = new();

    [TestCleanup]
    public void FreeTask() => task.Dispose();

    [TestMethod]
    [DataRow(OptimizerKind.Sgd, 0.05)]
    [DataRow(OptimizerKind.Adam, 0.02)]
    [DataRow(OptimizerKind.AdamW, 0.02)]
    public void ItLearns(OptimizerKind optimizer, double rate)
    {
        Assert.IsLessThan(0.8, task.Accuracy());
        List<TrainingProgress> reports = task.Run(
            new() { Optimizer = optimizer, LearningRate = rate, BatchSize = 32, Epochs = 15, WeightDecay = 1e-4 });
        Assert.IsGreaterThan(0.97, task.Accuracy());
        Assert.IsLessThan(reports[0].TrainingLoss, reports[^1].TrainingLoss);
        CollectionAssert.AreEqual(Enumerable.Range(1, reports.Count).ToArray(), reports.Select(report => report.Epoch).ToArray());
    }

    [TestMethod]
    [DataRow(OptimizerKind.Sgd)]
    [DataRow(OptimizerKind.Adam)]
    public void TheSeedDecidesEveryBitOfTheWeights(OptimizerKind optimizer)
    {
        using TrainingTask same = new();
        using TrainingTask other = new();
        TrainingOptions options = new() { Optimizer = optimizer, Epochs = 3, BatchSize = 50 };
        task.Run(options, seed: 7);
        same.Run(options, seed: 7);
        other.Run(options, seed: 8);
        CollectionAssert.AreEqual(task.Weights(), same.Weights());
        CollectionAssert.AreNotEqual(task.Weights(), other.Weights());
    }

    [TestMethod]
    public void TheBestEpochIsKept()
    {
        // A rate at which the loss jumps about.
        List<TrainingProgress> reports = task.Run(
            new()
            {
                Optimizer = OptimizerKind.Sgd, LearningRate = 3, Schedule = LearningRateSchedule.Constant,
                Epochs = 12, BatchSize = 16, Patience = 12,
            });
        double best = reports.Min(report => report.ValidationLoss!.Value);
        Assert.IsFalse(reports[^1].IsBest, "the last epoch is the best: this test says nothing");
        double smallest = double.PositiveInfinity;
        foreach (TrainingProgress report in reports)
        {
            Assert.AreEqual(report.ValidationLoss < smallest, report.IsBest);
            smallest = Math.Min(smallest, report.ValidationLoss!.Value);
        }

        // The held-out rows are the first of the generator's first permutation.
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable frozen = torch.no_grad();
        using Generator generator = new(1);
        Tensor held = torch.randperm(240, generator: generator).narrow(0, 0, 24);
        Tensor logits = task.Network.Module.call(task.Rows.Inputs.index_select(0, held));
        Tensor loss = nn.functional.cross_entropy(logits, task.Rows.Labels.index_select(0, held));
        Assert.AreEqual(best, loss.item<float>(), 1e-6 * best);
    }

    [TestMethod]
    public void TrainingStopsWhenPatienceIsOver()
    {
        // No step moves the weights enough to help.
        ScriptedLoss worse = new((_, step) => new CrossEntropyLoss().Evaluate(step).neg());
        List<TrainingProgress> reports = task.Run(new() { Epochs = 50, Patience = 3, LearningRate = 0.05, BatchSize = 32 }, worse);
        Assert.IsLessThan(50, reports.Count);
        Assert.AreEqual(reports.FindLastIndex(report => report.IsBest) + 1 + 3, reports.Count);
    }

    [TestMethod]
    public void WithoutHeldOutRowsTheLastEpochIsKept()
    {
        List<TrainingProgress> reports = task.Run(new() { ValidationFraction = 0, Epochs = 4, Patience = 1 });
        Assert.HasCount(4, reports);
        Assert.IsTrue(reports.All(report => report is { IsBest: true, ValidationLoss: null, ValidationAccuracy: null }));
    }

    [TestMethod]
    public void CancellationKeepsTheBestEpochSoFar()
    {
        using TrainingTask reference = new();
        using CancellationTokenSource source = new();
        // 216 training rows in batches of 72 are 3 steps an epoch: step 7 is the second of the third epoch.
        ScriptedLoss cancelling = new((number, step) =>
        {
            if (number == 7)
            {
                source.Cancel();
            }

            return new CrossEntropyLoss().Evaluate(step);
        });
        TrainingOptions options = new() { BatchSize = 72, Epochs = 10, Schedule = LearningRateSchedule.Constant };

        List<TrainingProgress> reports = task.Run(
            new() { BatchSize = 72, Epochs = 10, Schedule = LearningRateSchedule.Constant, Cancellation = source.Token }, cancelling);
        options.Epochs = 2;
        reference.Run(options);

        Assert.HasCount(2, reports);
        Assert.IsTrue(reports[1].IsBest);
        CollectionAssert.AreEqual(reference.Weights(), task.Weights());
        Assert.IsFalse(task.Network.Module.training);
    }

    [TestMethod]
    public void ALossThatIsNoNumberBeforeTheFirstEpochIsAnError()
    {
        var e = Assert.ThrowsExactly<TrainingDivergedException>(() => task.Run(new() { BatchSize = 72 }, ScriptedLoss.NaNFrom(1)));
        Assert.AreEqual((1, 2L), (e.Epoch, e.Step));
        Assert.Contains("Epoch 1, step 2: expected a finite loss, got NaN", e.Message);
        Assert.IsFalse(task.Network.Module.training);
    }

    [TestMethod]
    public void ALossThatIsNoNumberLaterKeepsTheBestEpoch()
    {
        using TrainingTask reference = new();
        List<TrainingProgress> reports = task.Run(
            new() { BatchSize = 72, Schedule = LearningRateSchedule.Constant }, ScriptedLoss.NaNFrom(4));
        reference.Run(new() { BatchSize = 72, Schedule = LearningRateSchedule.Constant, Epochs = 1 });
        Assert.HasCount(2, reports);
        Assert.AreEqual((1, true, false), (reports[1].Epoch, reports[1].IsAfterTraining, reports[0].IsAfterTraining));
        Assert.Contains("Epoch 2, step 2: expected a finite loss, got NaN", reports[1].Warning!);
        Assert.Contains("the best epoch before are kept", reports[1].Warning!);
        CollectionAssert.AreEqual(reference.Weights(), task.Weights());
    }

    [TestMethod]
    [DataRow(0.0)]
    [DataRow(0.1)]
    public void WeightsThatTheLastStepBrokeAreNotKept(double validationFraction)
    {
        // A finite loss with an infinite gradient, in the last step of an epoch: no later loss in that epoch can tell.
        ScriptedLoss Breaking(int steps) => new((number, step) =>
            new CrossEntropyLoss().Evaluate(step)
                + (number == steps - 1 ? step.Classifier.Module.parameters().First().sub(step.Classifier.Module.parameters().First().detach()).sum().sqrt() : 0));
        TrainingOptions options = new() { BatchSize = 1000, Epochs = 1, ValidationFraction = validationFraction };

        Assert.ThrowsExactly<TrainingDivergedException>(() => task.Run(options, Breaking(1)));

        using TrainingTask later = new();
        options.Epochs = 2;
        List<TrainingProgress> reports = later.Run(options, Breaking(2));
        Assert.HasCount(2, reports);
        Assert.Contains("Epoch 2, step 1", reports[1].Warning!);
        using DisposeScope scope = torch.NewDisposeScope();
        Assert.IsTrue(later.Network.Module.parameters().All(parameter => parameter.isfinite().all().item<bool>()));
    }

    [TestMethod]
    [DataRow(129)]
    [DataRow(257)]
    [DataRow(2)]
    public void ALastRowOnItsOwnDoesNotBreakBatchNormalisation(int rows)
    {
        using TrainingTask odd = new(rows);
        List<long> sizes = [];
        ScriptedLoss counting = new((_, step) =>
        {
            sizes.Add(step.Labels.shape[0]);
            return new CrossEntropyLoss().Evaluate(step);
        });

        odd.Run(new() { Epochs = 1, ValidationFraction = 0, BatchSize = 128 }, counting);

        Assert.AreEqual(rows, sizes.Sum());
        Assert.IsGreaterThan(1, sizes.Min());
        Assert.IsLessThanOrEqualTo(129, sizes.Max());
    }

    [TestMethod]
    public void EveryRowIsSeenOncePerEpochInAnOrderThatChanges()
    {
        List<float> seen = [];
        ScriptedLoss watching = new((_, step) =>
        {
            seen.AddRange(step.Inputs.select(1, 0).data<float>().ToArray());
            return new CrossEntropyLoss().Evaluate(step);
        });

        task.Run(new() { Epochs = 2, ValidationFraction = 0, BatchSize = 50 }, watching);

        using Tensor first = task.Rows.Inputs.select(1, 0);
        float[] all = [.. first.contiguous().data<float>().ToArray().Order()];
        CollectionAssert.AreEqual(all, seen[..240].Order().ToArray());
        CollectionAssert.AreEqual(all, seen[240..].Order().ToArray());
        CollectionAssert.AreNotEqual(seen[..240], seen[240..]);
    }

    [TestMethod]
    public void RowsAndGlobalStateAreLeftAsTheyWere()
    {
        using nn.Module<Tensor, Tensor> nothing = nn.Identity();
        nothing.eval();
        Untouched untouched = new(nothing, task.Rows.Inputs, task.Rows.Labels);

        task.Run(new() { Epochs = 2, ThreadCount = 2 });

        untouched.Verify();
        Assert.IsFalse(task.Network.Module.training);
        Assert.IsTrue(task.Network.Module.parameters().All(parameter => parameter.grad is null && parameter.requires_grad));
    }

    [TestMethod]
    public void TheThreadCountHoldsWhileTraining()
    {
        int during = 0;
        ScriptedLoss watching = new((_, step) =>
        {
            during = torch.get_num_threads();
            return new CrossEntropyLoss().Evaluate(step);
        });
        task.Run(new() { Epochs = 1, ThreadCount = 2 }, watching);
        Assert.AreEqual(2, during);
        Assert.ThrowsExactly<TrainingDivergedException>(() => task.Run(new() { ThreadCount = 2 }, ScriptedLoss.NaNFrom(0)));
        Assert.AreEqual(1, torch.get_num_threads());
    }

    [TestMethod]
    public void TheCallersGradModeDoesNotMatter()
    {
        using TrainingTask underNoGrad = new();
        using TrainingTask underInference = new();
        TrainingOptions options = new() { Epochs = 2 };
        task.Run(options);
        using (torch.no_grad())
        {
            underNoGrad.Run(options);
        }

        using (torch.inference_mode())
        {
            underInference.Run(options);
        }

        CollectionAssert.AreEqual(task.Weights(), underNoGrad.Weights());
        CollectionAssert.AreEqual(task.Weights(), underInference.Weights());
    }

    [TestMethod]
    [DataRow(OptimizerKind.Sgd)]
    [DataRow(OptimizerKind.Adam)]
    [DataRow(OptimizerKind.AdamW)]
    public void NoTensorsAreLeft(OptimizerKind optimizer) => LiveTensors.AssertNoneLeft(() =>
    {
        task.Run(new() { Epochs = 2, Optimizer = optimizer });
        return [];
    });

    [TestMethod]
    public void RowsThatCannotBeTrainedOnAreRefused()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor labels = task.Rows.Labels.clone();
        labels[17] = torch.tensor(3L);
        var e = Assert.ThrowsExactly<AdversarialInputException>(() => Train(new(task.Rows.Inputs, labels)));
        Assert.AreEqual("Row 17: expected a label between 0 and 2, got 3.", e.Message);
        Tensor inputs = task.Rows.Inputs.clone();
        inputs[5, 1] = torch.tensor(float.NaN);
        e = Assert.ThrowsExactly<AdversarialInputException>(() => Train(new(inputs, task.Rows.Labels)));
        Assert.StartsWith("Row 5, feature 1: expected a finite value", e.Message);
        AssertRefused("inputs of shape [240, 2] and labels of shape [239]", new(task.Rows.Inputs, task.Rows.Labels.narrow(0, 0, 239)));
        AssertRefused("inputs of shape [0, 2]", new(task.Rows.Inputs.narrow(0, 0, 0), task.Rows.Labels.narrow(0, 0, 0)));
        AssertRefused("type Float32", new(task.Rows.Inputs, task.Rows.Labels.to(ScalarType.Float32)));
    }

    private void AssertRefused(string problem, TrainingRows rows) =>
        Assert.Contains(problem, Assert.ThrowsExactly<ArgumentException>(() => Train(rows)).Message);

    private void Train(TrainingRows rows)
    {
        using Generator generator = new(1);
        TrainingLoop.Run(task.Classifier, rows, new CrossEntropyLoss(), new() { Epochs = 1 }, generator);
    }
}
