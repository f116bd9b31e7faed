using Microsoft.ML.Adversarial.Attacks.Cascades;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm.AdaptiveBoundary;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks;

/// <summary>What attacks keep to when they are cancelled halfway through their queries.</summary>
[TestClass]
public sealed class CancellationContract
{
    // The gradient under way, a look at where it leads, clean inputs that were not judged yet, and what is returned.
    private const int MostPassesAfterwards = 4;

    private readonly AttackTask task = new();

    public static IEnumerable<object[]> Attacks => AttackTable.Rows;

    [TestCleanup]
    public void FreeTask() => task.Dispose();

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void ARunThatIsCancelledHalfwayKeepsWhatItFound(object attack)
    {
        AttackCase one = (AttackCase)attack;
        foreach (Goal goal in task.Goals)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            CountedPasses whole = new(task.Classifier);
            one.Attack.Run(whole, task.Inputs, goal).Dispose();
            using CancellationTokenSource cancellation = new();
            long left = whole.Passes / 2;
            Tensor found = zeros([AttackTask.Rows], ScalarType.Bool);
            CountedPasses halfway = new(task.Classifier, inputs =>
            {
                if (left > 0 && !(one.Attack is AdaptiveBoundaryAttack && torch.is_grad_enabled()))
                {
                    Note(found, inputs, one, goal);
                }

                if (--left == 0)
                {
                    cancellation.Cancel();
                }

                return inputs;
            });

            AttackResult result = one.Attack.Run(halfway, task.Inputs, goal, new() { Cancellation = cancellation.Token });

            Assert.IsTrue(result.WasCancelled);
            int samples = one.Attack is AutoAttack { Version: AutoAttackVersion.Rand } ? 20 : 1;
            Assert.IsLessThanOrEqualTo((whole.Passes / 2) + (MostPassesAfterwards * samples), halfway.Passes, "went on");
            Assert.IsTrue(result.Inputs.ge(0).logical_and(result.Inputs.le(1)).all().item<bool>(), "outside the bounds");
            Tensor size = one.Attack.ThreatModel.Norm.Measure(result.Inputs.to(ScalarType.Float64) - task.Inputs.to(ScalarType.Float64));
            Assert.IsLessThanOrEqualTo((one.Epsilon * (1 + 1e-5)) + 1e-6, size.max().item<double>(), "over the budget");
            Tensor predictions = TestNetworks.Predictions(task.Classifier, result.Inputs);
            Assert.IsTrue(result.Predictions.eq(predictions).all().item<bool>());
            Assert.IsFalse(found.logical_and(result.Succeeded.logical_not()).any().item<bool>(), "lost what it had found");
        }
    }

    // FAB takes gradients where it does not look, as in the paper. What lies beyond the budget is a stage of a search, not a find.
    private void Note(Tensor found, Tensor inputs, AttackCase one, Goal goal)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable frozen = torch.no_grad();
        Tensor rows = Norm.L2.Measure(inputs.unsqueeze(1).flatten(2).sub(task.Inputs.flatten(1)).flatten(0, 1))
            .reshape(inputs.shape[0], AttackTask.Rows).argmin(1);
        Tensor isFound = goal.Select(rows).IsClearlyReached(task.Classifier.Logits(inputs))
            .logical_and(one.Attack.ThreatModel.Norm.Measure(inputs - task.Inputs.index_select(0, rows)).le(one.Epsilon * (1 + 1e-6)))
            .logical_and(inputs.ge(0).logical_and(inputs.le(1)).flatten(1).all(1));
        found.index_fill_(0, rows.masked_select(isFound), true);
    }
}
