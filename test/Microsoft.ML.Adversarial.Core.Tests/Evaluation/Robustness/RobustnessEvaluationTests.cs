using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.Cascades;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Evaluation.Diagnostics;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Evaluation.Robustness;

[TestClass]
public sealed class RobustnessEvaluationTests
{
    private const int Rows = 128;

    [TestMethod]
    public void AutoAttackThroughAnEvaluationIsWhatItIsDirectly()
    {
        const int rows = 1000;
        using DisposeScope scope = NewDisposeScope();
        using NetworkClassifier network = new(Golden.Network("mlp"), InputBounds.Unit);
        using CascadeResult direct = AutoAttack.Standard(Norm.LInfinity, 0.1).Evaluate(network, Mnist.Images(rows), Goal.Misclassify(Mnist.Labels(rows)));

        RobustnessMetrics metrics = RobustnessEvaluation.Run(
            network, classes: null, EvaluationBatch.Of(Mnist.Images(rows), Mnist.Labels(rows), rows), AttackSuite.Standard(Norm.LInfinity, 0.1),
            new() { BatchSize = rows });

        Assert.AreEqual(0.982, metrics.CleanAccuracy.Value, 1e-9);
        Assert.AreEqual(direct.RobustAccuracy, metrics.RobustAccuracy.Value, 1e-9);
        Assert.IsLessThanOrEqualTo(0.023, metrics.RobustAccuracy.Value);
        CollectionAssert.AreEqual(
            direct.Stages.Select(stage => stage.NewlyBroken.Count).ToArray(), metrics.Attacks[0].Stages.Select(stage => stage.Broken).ToArray());
        Assert.IsEmpty(metrics.Warnings, metrics.ToString());
        Assert.AreEqual(Rows / 2, metrics.Curve!.RowCount);
    }

    [TestMethod]
    public void ShardsTogetherAreTheWhole()
    {
        using DisposeScope scope = NewDisposeScope();
        using NetworkClassifier network = new(Golden.Network("mlp"), InputBounds.Unit);
        RobustnessMetrics whole = Run(network, EvaluationShard.Whole);

        RobustnessMetrics[] parts = [.. Enumerable.Range(0, 3).Select(index => Run(network, new(index, 3)))];

        EvaluatedRow[] joined = [.. parts.SelectMany(part => part.Record.Rows).OrderBy(row => row.Row)];
        Assert.HasCount(Rows, joined);
        for (int row = 0; row < Rows; row++)
        {
            Assert.AreEqual(whole.Record.Rows[row] with { Outcomes = [] }, joined[row] with { Outcomes = [] });
            CollectionAssert.AreEqual(whole.Record.Rows[row].Outcomes.ToArray(), joined[row].Outcomes.ToArray());
        }

        Assert.AreEqual(whole.Record.Attacks[0].Queries, parts.Sum(part => part.Record.Attacks[0].Queries));
        Assert.IsTrue(parts.All(part => part.Record.RowCount == Rows));
        Assert.IsNotEmpty(parts[0].Record.Probes);
        Assert.IsEmpty(parts[1].Record.Probes);
    }

    [TestMethod]
    public void ARowThatFailsIsCountedApart()
    {
        using DisposeScope scope = NewDisposeScope();
        using NetworkClassifier network = new(Golden.Network("mlp"), InputBounds.Unit);
        Tensor images = Mnist.Images(Rows).clone();
        images[5] = float.NaN;
        images[70, 0, 3, 3] = 2;

        RobustnessMetrics metrics = RobustnessEvaluation.Run(
            network, classes: null, EvaluationBatch.Of(images, Mnist.Labels(Rows), 32), new("one", Norm.LInfinity, 0.1, [SuiteAttack.Of(new FastGradientMethod(Norm.LInfinity, 0.1))]),
            new() { BatchSize = 32 });

        CollectionAssert.AreEqual(new long[] { 5, 70 }, metrics.FailedRows.Select(row => row.Row).ToArray());
        Assert.AreEqual(Rows - 2, metrics.CleanAccuracy.Total);
        Assert.IsTrue(metrics.Warnings.Any(warning => warning.Kind == DiagnosticKind.FailedRows), metrics.ToString());
    }

    [TestMethod]
    public void NoTensorIsLeftAndTheNetworkIsAsItWas()
    {
        using DisposeScope scope = NewDisposeScope();
        using NetworkClassifier network = new(Golden.Network("mlp"), InputBounds.Unit);
        Tensor images = Mnist.Images(16);
        Tensor labels = Mnist.Labels(16);

        LiveTensors.AssertNoneLeft(() =>
        {
            _ = RobustnessEvaluation.Run(
                network, classes: null, EvaluationBatch.Of(images, labels, 8), AttackSuite.Quick(Norm.LInfinity, 0.05),
                new() { BatchSize = 8, ProbeRows = 4 });
            return [];
        });
        Assert.IsTrue(network.Module.parameters().All(parameter => parameter.grad is null));
    }

    [TestMethod]
    public void ACancelledEvaluationKeepsTheBatchesThatItFinished()
    {
        using DisposeScope scope = NewDisposeScope();
        using NetworkClassifier network = new(Golden.Network("mlp"), InputBounds.Unit);
        using CancellationTokenSource source = new();
        SynchronousProgress cancelling = new(progress =>
        {
            if (progress.RowsDone >= 32)
            {
                source.Cancel();
            }
        });
        RobustnessOptions options = new() { BatchSize = 32, ProbeRows = 0, Cancellation = source.Token };

        RobustnessMetrics part = Run(options with { Progress = cancelling });

        Assert.IsFalse(part.Record.IsComplete);
        Assert.HasCount(32, part.Record.Rows);
        Assert.ThrowsExactly<OperationCanceledException>(() => Run(options));

        RobustnessMetrics Run(RobustnessOptions with) => RobustnessEvaluation.Run(
            network, classes: null, EvaluationBatch.Of(Mnist.Images(Rows), Mnist.Labels(Rows), 32), AttackSuite.Quick(Norm.LInfinity, 0.05), with);
    }

    // Progress<T> posts, so that the evaluation would be over.
    private sealed class SynchronousProgress(Action<EvaluationProgress> report) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value) => report(value);
    }

    private static RobustnessMetrics Run(IClassifier classifier, EvaluationShard shard) => RobustnessEvaluation.Run(
        classifier, classes: null, EvaluationBatch.Of(Mnist.Images(Rows), Mnist.Labels(Rows), 32), AttackSuite.Quick(Norm.LInfinity, 0.05),
        new() { BatchSize = 32, Shard = shard, ProbeRows = 8 });
}
