using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.ScoreBased;

/// <summary>What score-based attacks ask.</summary>
[TestClass]
public sealed class QueryTests
{
    private readonly AttackTask task = new();

    public static IEnumerable<object[]> Attacks =>
        AttackTable.All.Where(one => one.Attack is ScoreBasedAttack).Select(one => new object[] { one });

    [TestCleanup]
    public void FreeTask() => task.Dispose();

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void NoRowAsksMoreThanItMay(object attack)
    {
        AttackCase one = (AttackCase)attack;
        // Too small a budget for most rows to get away.
        ScoreBasedAttack small = (ScoreBasedAttack)one.Create(one.Attack.ThreatModel.Norm.Order == 0 ? 1 : one.Epsilon / 100);
        foreach (int queries in new[] { 1, 2, 3, 4, 7, 33, 100 })
        {
            for (int row = 1; row < 3; row++)
            {
                using DisposeScope scope = torch.NewDisposeScope();
                CountedPasses classifier = new(task.Classifier);
                (small with { Queries = queries }).Run(
                    classifier, task.Inputs.narrow(0, row, 1), Goal.MisclassifyAs(task.Targets.narrow(0, row, 1)), null);
                // One more pass judges the result.
                Assert.IsLessThanOrEqualTo(queries + 1, classifier.Rows, $"{queries} queries");
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void RowsThatReachTheGoalAskOnce(object attack)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        CountedPasses classifier = new(task.Classifier);
        Tensor other = (TestNetworks.Predictions(task.Classifier, task.Inputs) + 1).remainder(4);
        AttackResult result = ((AttackCase)attack).Attack.Run(classifier, task.Inputs, Goal.Misclassify(other), null);
        Assert.AreEqual(2L * AttackTask.Rows, classifier.Rows);
        CollectionAssert.AreEqual(SmallNetwork.Bits(task.Inputs), SmallNetwork.Bits(result.Inputs));
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void EveryQueryIsWithinTheBounds(object attack)
    {
        bool within = true;
        CountedPasses classifier = new(task.Classifier, inputs =>
        {
            within &= inputs.ge(0).logical_and(inputs.le(1)).all().item<bool>();
            return inputs;
        });
        Tensor inputs = task.Inputs.round();
        ((AttackCase)attack).Attack.Run(classifier, inputs, task.Goals[0], null).Dispose();
        Assert.IsTrue(within);
        inputs.Dispose();
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void ScoresInStepsAndProbabilitiesOfZeroGiveNumbers(object attack)
    {
        foreach (ScalarType type in new[] { ScalarType.Float32, ScalarType.Float64 })
        {
            foreach (Func<Tensor, Goal> goal in new Func<Tensor, Goal>[] { Goal.Misclassify, Goal.MisclassifyAs })
            {
                using DisposeScope scope = torch.NewDisposeScope();
                Stump stump = new(type);
                Tensor inputs = TestNetworks.Uniform([6, 3], type: type);
                AttackResult result = ((AttackCase)attack).Attack.Run(stump, inputs, goal(tensor(new long[] { 0, 1, 2, 0, 1, 2 })));
                Assert.IsTrue(stump.SawNumbersOnly, "asked about something that is no number");
                Assert.IsTrue(result.Inputs.isfinite().all().item<bool>());
                Assert.IsTrue(result.Size.isfinite().all().item<bool>());
            }
        }
    }

    [TestMethod]
    public void AStepIsCrossedWhereQueriesReachOverIt()
    {
        // At 0.48 the stump says 0 for certain; beyond 0.5, 1 for certain.
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor inputs = full([4, 3], 0.48f);
        Goal goal = Goal.Misclassify(zeros(4, ScalarType.Int64));
        foreach (ScoreBasedAttack attack in new ScoreBasedAttack[]
        {
            new NaturalEvolutionStrategies(Norms.Norm.LInfinity, 0.1) { Queries = 500, SamplingRadius = 0.05 },
            new SimultaneousPerturbationStochasticApproximation(Norms.Norm.LInfinity, 0.1) { Queries = 500, SamplingRadius = 0.05 },
            new SimpleBlackBoxAttack(Norms.Norm.L2, 0.1) { StepSize = 0.05 },
            new OnePixelAttack(Norms.Norm.L0, 1) { Queries = 500, PopulationSize = 50 },
        })
        {
            AttackResult result = attack.Run(new Stump(ScalarType.Float32), inputs, goal);
            Assert.IsTrue(result.Succeeded.all().item<bool>(), attack.GetType().Name);
        }
    }

    /// <summary>A tree: the first feature alone decides, in steps, and two classes of three always have probability 0.</summary>
    private sealed class Stump(ScalarType type) : IClassifier
    {
        public bool SawNumbersOnly { get; private set; } = true;

        public IReadOnlyList<long> InputShape => [3];

        public int ClassCount => 3;

        public InputBounds Bounds => InputBounds.Unit;

        public ScalarType ElementType => type;

        public Device Device => CPU;

        public Tensor Logits(Tensor inputs)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            SawNumbersOnly &= inputs.isfinite().all().item<bool>();
            Tensor leaf = inputs.select(1, 0).mul(2).floor().clamp(0, 2).to(ScalarType.Int64);
            return nn.functional.one_hot(leaf, 3).to(type).log().MoveToOuterDisposeScope();
        }
    }
}
