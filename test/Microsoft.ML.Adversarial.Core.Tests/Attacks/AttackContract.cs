using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks;

/// <summary>What every attack keeps to, whatever it does.</summary>
[TestClass]
public sealed class AttackContract
{
    private AttackedRows task = null!;

    public static IEnumerable<object[]> Attacks => AttackTable.Everything.Select(one => new object[] { one });

    [TestCleanup]
    public void FreeTask() => task.Dispose();

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void ResultsAreInTheBudgetAndTheBoundsAndJudgedAnew(object attack)
    {
        AttackCase one = Begin(attack);
        foreach (Goal goal in task.Goals)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            AttackResult result = one.Attack.Run(task.Classifier, task.Inputs, goal);

            CollectionAssert.AreEqual(task.Inputs.shape, result.Inputs.shape);
            Assert.AreEqual(task.Inputs.dtype, result.Inputs.dtype);
            Assert.IsFalse(result.Inputs.requires_grad);
            Assert.IsTrue(result.Inputs.ge(0).logical_and(result.Inputs.le(1)).all().item<bool>(), "outside the bounds");
            Tensor size = one.Attack.ThreatModel.Norm.Measure(result.Inputs.to(ScalarType.Float64) - task.Inputs.to(ScalarType.Float64));
            Assert.IsLessThanOrEqualTo((one.Epsilon * (1 + 1e-5)) + 1e-6, size.max().item<double>(), "over the budget");
            Tensor attacked = one.LeavesRowsEarly ? result.Succeeded.logical_and(result.SucceededBefore.logical_not()) : ones_like(result.Succeeded);
            Assert.IsTrue(size.greater(0).logical_or(attacked.logical_not()).all().item<bool>(), "a row was not attacked");
            Assert.IsTrue(!one.LeavesReachedRows || size.eq(0).logical_or(attacked).all().item<bool>(), "a row was not left as it was");
            Assert.IsLessThan(1e-5, (size - result.Size).abs().max().item<double>(), "sizes are not those of the inputs");

            Tensor predictions = TestNetworks.Predictions(task.Classifier, result.Inputs);
            AssertEqual(predictions, result.Predictions);
            AssertEqual(Reached(goal, predictions), result.Succeeded);
            AssertEqual(Reached(goal, TestNetworks.Predictions(task.Classifier, task.Inputs)), result.SucceededBefore);
            Assert.IsFalse(result.WasCancelled);
        }
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void TheSeedDecidesEveryBit(object attack)
    {
        AttackCase one = Begin(attack);
        byte[] first = Run(one.Attack, new() { Seed = 3 });
        CollectionAssert.AreEqual(first, Run(one.Attack, new() { Seed = 3 }));
        Assert.AreEqual(!one.IsRandom, first.SequenceEqual(Run(one.Attack, new() { Seed = 4 })), "depends on the seed");
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void NoBudgetGivesTheInputsBitForBit(object attack)
    {
        AttackCase one = Begin(attack);
        CollectionAssert.AreEqual(SmallNetwork.Bits(task.Inputs), Run(one.Create(0), new()));
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void ARowsRandomnessIsItsOwn(object attack)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        AttackCase one = Begin(attack);
        Tensor order = torch.tensor(new long[] { 0, 8, 7, 6, 5, 4, 3, 2, 1 });
        AttackRun run = new() { RowKeys = [10, 11, 12, 13, 14, 15, 16, 17, 18] };
        AttackRun reordered = new() { RowKeys = [.. order.data<long>().ToArray().Select(row => run.RowKeys[(int)row])] };

        Tensor expected = one.Attack.Run(task.Classifier, task.Inputs, task.Goals[0], run).Inputs;
        Tensor actual = one.Attack.Run(
            task.Classifier, task.Inputs.index_select(0, order), Goal.Misclassify(task.Labels.index_select(0, order)), reordered).Inputs;

        // Up to a few flipped signs of gradients at 0: rows of one batch are rounded alike only at the same place.
        Tensor same = (expected.index_select(0, order) - actual).abs().less(1e-4);
        Assert.IsGreaterThan(0.97, same.to(ScalarType.Float64).mean().item<double>());
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void EverythingElseIsLeftAsItWas(object attack)
    {
        AttackCase one = Begin(attack);
        using nn.Module noModule = nn.Identity();
        nn.Module module = (task.Classifier as NetworkClassifier)?.Module ?? noModule;
        foreach (var parameter in module.parameters().Take(1))
        {
            parameter.requires_grad = false;
        }

        foreach (Goal goal in task.Goals)
        {
            Untouched untouched = new(module, task.Inputs, task.Labels, task.Targets);
            one.Attack.Run(task.Classifier, task.Inputs, goal).Dispose();
            untouched.Verify();
        }
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void TheCallersGradModeDoesNotMatter(object attack)
    {
        AttackCase one = Begin(attack);
        byte[] expected = Run(one.Attack, new());
        using (torch.no_grad())
        {
            CollectionAssert.AreEqual(expected, Run(one.Attack, new()), "under no_grad");
            Assert.IsFalse(torch.is_grad_enabled());
        }

        using (torch.inference_mode())
        {
            using DisposeScope scope = torch.NewDisposeScope();
            using AttackResult result = one.Attack.Run(task.Classifier, task.Inputs + 0, Goal.Misclassify(task.Labels + 0));
            CollectionAssert.AreEqual(expected, SmallNetwork.Bits(result.Inputs), "under inference_mode");
            Assert.IsTrue(torch.is_inference_mode_enabled());
        }
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void NoTensorsAreLeft(object attack)
    {
        AttackCase one = Begin(attack);
        Goal goal = task.Goals[0];
        LiveTensors.AssertNoneLeft(() =>
        {
            AttackResult result = one.Attack.Run(task.Classifier, task.Inputs, goal);
            return [result.Inputs, result.Succeeded, result.SucceededBefore, result.Predictions, result.Size, result.ZeroGradients];
        });
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void MoreStepsTakeNoMoreMemory(object attack)
    {
        const int more = 24;
        AttackCase one = Begin(attack);
        // A budget that is too small for the goal, so that rows stay to the end.
        AttackDescription description = AttackDescription.Of(one.Create(one.Epsilon / 100));
        string? length = AttackDescription.SettingsOf(description.Name)
            .Select(setting => setting.Name).FirstOrDefault(name => name is "Steps" or "Iterations" or "Queries");
        if (length is null)
        {
            return;
        }

        long Most(int steps)
        {
            long most = 0;
            CountedPasses classifier = new((NetworkClassifier)task.Classifier, inputs =>
            {
                most = Math.Max(most, LiveTensors.Count);
                return inputs;
            });
            Dictionary<string, string> settings = new(description.Settings) { [length] = $"{steps}" };
            (description with { Settings = settings }).Create().Run(classifier, task.Inputs, task.Goals[1], null).Dispose();
            return most;
        }

        long before = Most(8);
        Assert.IsLessThan(before + (more / 2), Most(8 + more));
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void ACancelledRunReturnsWhatItHas(object attack)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        AttackCase one = Begin(attack);
        AttackResult result = one.Attack.Run(task.Classifier, task.Inputs, task.Goals[0], new() { Cancellation = new(canceled: true) });

        Assert.IsTrue(result.WasCancelled);
        Assert.IsLessThanOrEqualTo((one.Epsilon * (1 + 1e-5)) + 1e-6, result.Size.max().item<float>());
        AssertEqual(TestNetworks.Predictions(task.Classifier, result.Inputs), result.Predictions);
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void ItsDescriptionMakesItAgain(object attack)
    {
        AttackCase one = Begin(attack);
        AttackDescription description = AttackDescription.Of(one.Attack);
        Assert.AreEqual(one.Attack, description.Create());
        Assert.AreEqual(one.Attack, (description with { Name = description.Name.ToUpperInvariant() }).Create());
    }

    private static Tensor Reached(Goal goal, Tensor predictions) =>
        goal == Goal.MisclassifyAs(goal.Classes) ? predictions.eq(goal.Classes) : predictions.ne(goal.Classes);

    private static void AssertEqual(Tensor expected, Tensor actual)
    {
        Assert.AreEqual(expected.dtype, actual.dtype);
        CollectionAssert.AreEqual(SmallNetwork.Bits(expected), SmallNetwork.Bits(actual));
    }

    private AttackCase Begin(object attack)
    {
        AttackCase one = (AttackCase)attack;
        task = one.CreateTask();
        return one;
    }

    private byte[] Run(Attack attack, AttackRun run)
    {
        using AttackResult result = attack.Run(task.Classifier, task.Inputs, task.Goals[0], run);
        return SmallNetwork.Bits(result.Inputs);
    }
}
