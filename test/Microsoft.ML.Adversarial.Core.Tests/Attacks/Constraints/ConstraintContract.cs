using Microsoft.ML.Adversarial.Attacks.Cascades;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm;
using Microsoft.ML.Adversarial.Attacks.Saliency;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Constraints;

/// <summary>What every attack keeps to under constraints.</summary>
[TestClass]
public sealed class ConstraintContract
{
    private const int Features = 75;

    private static readonly double[] Scale = [.. Enumerable.Range(0, Features).Select(feature => feature % 3 == 0 ? 0.5 : feature % 3)];

    // Pixels, of which some are frozen and have other bounds, whole numbers and two categories, one of them frozen.
    private static readonly InputConstraints Mixed = new()
    {
        EightBit = true,
        Frozen = [.. Enumerable.Range(3, 20), 40, .. Enumerable.Range(70, 5)],
        Integer = FeatureSet.Range(60, 5),
        OneHot = [FeatureSet.Range(65, 5), FeatureSet.Range(70, 5)],
        Increasing = FeatureSet.Range(30, 5),
        Decreasing = [.. Enumerable.Range(50, 5), 64],
        EpsilonScale = [.. Scale.Take(60), 30, 30, 30, 30, 30, .. Enumerable.Repeat(10.0, 10)],
    };

    private static readonly InputBounds MixedBounds = new(
        [.. Enumerable.Repeat(0f, 50), .. Enumerable.Repeat(-1f, 10), .. Enumerable.Repeat(0f, 15)],
        [.. Enumerable.Repeat(1f, 50), .. Enumerable.Repeat(3f, 10), .. Enumerable.Repeat(4.6f, 5), .. Enumerable.Repeat(1f, 10)]);

    private readonly AttackTask task = new();
    private readonly NetworkClassifier mixedClassifier = TestNetworks.Classifier(TestNetworks.Images, MixedBounds);
    private readonly Tensor mixedInputs = MixedInputs();

    public static IEnumerable<object[]> Attacks => AttackTable.Rows;

    // Thousands of queries that change nothing say no more than those of the stages alone.
    public static IEnumerable<object[]> SingleAttacks =>
        AttackTable.All.Where(one => one.Attack is not AttackCascade).Select(one => new object[] { one });

    // A step of all these is the same step in other units: of the others, momentum and resizing know features one by one, L0 no units.
    public static IEnumerable<object[]> AttacksThatKnowNoFeatures => AttackTable.All
        .Where(one => one.Attack is not (MomentumAttack or JacobianSaliencyMapAttack or Attack<IFeatureClassifier>))
        .Where(one => one.Attack.ThreatModel.Norm != Norm.L0)
        .Select(one => new object[] { one });

    [TestCleanup]
    public void FreeTask()
    {
        task.Dispose();
        mixedClassifier.Dispose();
        mixedInputs.Dispose();
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void FrozenFeaturesNeverChange(object attack)
    {
        AttackCase one = (AttackCase)attack;
        InputConstraints frozen = new() { Frozen = [.. Enumerable.Range(0, 25), 30, 74] };
        using DisposeScope scope = torch.NewDisposeScope();
        AttackResult result = (one.Attack with { Constraints = frozen }).Run(task.Classifier, task.Inputs, task.Goals[0]);
        Tensor same = result.Inputs.eq(task.Inputs).flatten(1).all(0);
        CollectionAssert.IsSubsetOf(frozen.Frozen.ToArray(), Indices(same));
        Assert.IsLessThan(Features, same.sum().item<long>(), "the others change");
        Assert.IsLessThanOrEqualTo((one.Epsilon * (1 + 1e-5)) + 1e-6, result.Size.max().item<float>());
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void EachFeatureKeepsToItsOwnBudget(object attack)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        AttackCase one = (AttackCase)attack;
        Norm norm = one.Attack.ThreatModel.Norm;
        AttackResult result = (one.Attack with { Constraints = new() { EpsilonScale = Scale } }).Run(task.Classifier, task.Inputs, task.Goals[0]);

        Tensor change = (result.Inputs.to(ScalarType.Float64) - task.Inputs.to(ScalarType.Float64)).flatten(1);
        Tensor size = norm.Measure(norm == Norm.L0 ? change : change / tensor(Scale));
        Assert.IsLessThanOrEqualTo((one.Epsilon * (1 + 1e-5)) + 1e-6, size.max().item<double>());
        Assert.IsLessThan(1e-5, (size - result.Size).abs().max().item<double>(), "sizes are in the units of the budgets");
        if (norm == Norm.LInfinity && one.NeedsABudget && !one.LeavesRowsEarly)
        {
            Assert.IsGreaterThan(one.Epsilon * 1.2, change.abs().max().item<double>(), "larger budgets are used");
        }
    }

    [TestMethod]
    [DynamicData(nameof(AttacksThatKnowNoFeatures))]
    public void BudgetsOfFeaturesAreUnitsOfFeatures(object attack)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        AttackCase one = (AttackCase)attack;
        // Powers of two, for exact products.
        Tensor units = tensor(Enumerable.Range(0, Features).Select(feature => feature % 3 == 0 ? 0.5f : feature % 3).ToArray()).reshape(3, 5, 5);
        using NetworkClassifier unbounded = TestNetworks.Classifier(TestNetworks.Images, InputBounds.Unbounded);
        CountedPasses inUnits = new(unbounded, before: inputs => inputs * units);

        Tensor expected = one.Attack.Run(inUnits, task.Inputs / units, task.Goals[0]).Inputs * units;
        Tensor actual = (one.Attack with { Constraints = new() { EpsilonScale = Scale } })
            .Run(new CountedPasses(unbounded), task.Inputs, task.Goals[0]).Inputs;

        Tensor same = (expected - actual).abs().less(1e-4);
        Assert.IsGreaterThan(0.97, same.to(ScalarType.Float64).mean().item<double>());
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void ResultsAreValidAndJudgedAsTheyAre(object attack)
    {
        AttackCase one = (AttackCase)attack;
        foreach (Goal goal in task.Goals)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            AttackResult result = (one.Attack with { Constraints = Mixed }).Run(mixedClassifier, mixedInputs, goal);
            AssertValid(result.Inputs);

            Norm norm = one.Attack.ThreatModel.Norm;
            Tensor change = (result.Inputs.to(ScalarType.Float64) - mixedInputs.to(ScalarType.Float64)).flatten(1);
            Tensor size = norm.Measure(norm == Norm.L0 ? change : change / tensor(Mixed.EpsilonScale.ToArray()));
            Assert.IsLessThanOrEqualTo((one.Epsilon * (1 + 1e-5)) + 1e-6, size.max().item<double>(), "over the budget");

            Tensor predictions = TestNetworks.Predictions(mixedClassifier, result.Inputs);
            Assert.IsTrue(predictions.eq(result.Predictions).all().item<bool>());
            Assert.IsTrue(goal.IsReached(mixedClassifier.Logits(result.Inputs)).eq(result.Succeeded).all().item<bool>());
            Assert.IsTrue(goal.IsReached(mixedClassifier.Logits(mixedInputs)).eq(result.SucceededBefore).all().item<bool>());
        }
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void LinearAndOneWayConstraintsHold(object attack)
    {
        AttackCase one = (AttackCase)attack;
        // Two sums that rows have nothing to spare of, parts that keep in step, and a third of the features that go one way.
        using DisposeScope scope = torch.NewDisposeScope();
        double[] rows = task.Inputs.to(ScalarType.Float64).data<double>().ToArray();
        InputConstraints tabular = new()
        {
            Frozen = FeatureSet.Range(70, 5),
            Increasing = FeatureSet.Range(0, 12),
            Decreasing = FeatureSet.Range(30, 12),
            Linear =
            [
                Tight(Enumerable.Range(5, 20).ToDictionary(feature => feature, feature => feature % 2 == 0 ? 1.0 : 0.5)),
                Tight(Enumerable.Range(20, 30).ToDictionary(feature => feature, feature => feature % 3 == 0 ? -1.0 : 1)),
                new(new Dictionary<int, double> { [60] = 1, [61] = -1 }, -1, 1),
            ],
        };
        Goal goal = task.Goals[0];
        AttackResult result = (one.Attack with { Constraints = tabular }).Run(task.Classifier, task.Inputs, goal);
        double[] after = result.Inputs.to(ScalarType.Float64).data<double>().ToArray();
        for (int row = 0; row < AttackTask.Rows; row++)
        {
            double[] from = rows[(row * Features)..((row + 1) * Features)];
            double[] to = after[(row * Features)..((row + 1) * Features)];
            Assert.IsTrue(tabular.Frozen.All(feature => to[feature] == from[feature]), "frozen");
            Assert.IsTrue(tabular.Increasing.All(feature => to[feature] >= from[feature]), "increasing");
            Assert.IsTrue(tabular.Decreasing.All(feature => to[feature] <= from[feature]), "decreasing");
            Assert.IsTrue(to.All(value => value is >= 0 and <= 1), "bounds");
            foreach (LinearConstraint linear in tabular.Linear)
            {
                TabularTask.AssertHolds(linear, from, to, one.Name);
            }
        }

        Assert.IsLessThanOrEqualTo((one.Epsilon * (1 + 1e-5)) + 1e-6, result.Size.max().item<float>());
        Assert.IsTrue(result.Inputs.ne(task.Inputs).any().item<bool>(), "something changes");
        Assert.IsTrue(TestNetworks.Predictions(task.Classifier, result.Inputs).eq(result.Predictions).all().item<bool>());

        LinearConstraint Tight(Dictionary<int, double> weights) => LinearConstraint.AtMost(
            weights, Enumerable.Range(0, AttackTask.Rows).Max(row => weights.Sum(pair => pair.Value * rows[(row * Features) + pair.Key])));
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void RowsOfFeaturesInFloat64AreValidToo(object attack)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier exact = new(mixedClassifier.Network!.ToType(ScalarType.Float64), MixedBounds);
        Tensor rows = mixedInputs.to(ScalarType.Float64).flatten(1);
        AttackResult result = (((AttackCase)attack).Attack with { Constraints = Mixed }).Run(exact, rows, task.Goals[0]);
        Assert.AreEqual(ScalarType.Float64, result.Inputs.dtype);
        AssertValid(result.Inputs);
        Assert.IsTrue(TestNetworks.Predictions(exact, result.Inputs).eq(result.Predictions).all().item<bool>());
    }

    [TestMethod]
    [DynamicData(nameof(SingleAttacks))]
    public void NoBudgetGivesTheInputsBitForBit(object attack)
    {
        AttackCase one = (AttackCase)attack;
        using AttackResult result = (one.Create(0) with { Constraints = Mixed }).Run(mixedClassifier, mixedInputs, task.Goals[0]);
        CollectionAssert.AreEqual(SmallNetwork.Bits(mixedInputs), SmallNetwork.Bits(result.Inputs));
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void NoTensorsAreLeft(object attack)
    {
        Attack constrained = ((AttackCase)attack).Attack with { Constraints = Mixed };
        LiveTensors.AssertNoneLeft(() =>
        {
            AttackResult result = constrained.Run(mixedClassifier, mixedInputs, task.Goals[0]);
            return [result.Inputs, result.Succeeded, result.SucceededBefore, result.Predictions, result.Size, result.ZeroGradients];
        });
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void ItsDescriptionMakesItAgain(object attack)
    {
        Attack constrained = ((AttackCase)attack).Attack with { Constraints = Mixed };
        AttackDescription description = AttackDescription.Of(constrained);
        Assert.AreEqual(constrained, description.Create());
        Assert.AreNotEqual(((AttackCase)attack).Attack, description.Create());
        Assert.AreEqual(Mixed.ToString(), description.Settings["Constraints"]);
    }

    private static int[] Indices(Tensor mask) => [.. mask.nonzero().flatten().data<long>().ToArray().Select(index => (int)index)];

    private static Tensor MixedInputs()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor rows = TestNetworks.Uniform([AttackTask.Rows, Features]);
        Tensor pixels = (rows * 255).round() / 255;
        Tensor wide = ((pixels * 255) / (255 / 4f)) - 1;
        Tensor whole = (rows * 4.6f).floor();
        Tensor categories = rows.narrow(1, 65, 10).reshape(-1, 5);
        Tensor chosen = categories.eq(categories.amax([1], keepdim: true)).to(ScalarType.Float32).reshape(-1, 10);
        return cat([pixels.narrow(1, 0, 50), wide.narrow(1, 50, 10), whole.narrow(1, 60, 5), chosen], 1)
            .reshape(-1, 3, 5, 5).MoveToOuterDisposeScope();
    }

    private void AssertValid(Tensor inputs)
    {
        Tensor rows = inputs.flatten(1);
        Tensor originals = mixedInputs.flatten(1);
        foreach (int feature in Mixed.Frozen)
        {
            Assert.IsTrue(rows.select(1, feature).eq(originals.select(1, feature)).all().item<bool>(), $"feature {feature} is frozen");
        }

        Tensor exact = rows.to(ScalarType.Float64);
        Assert.IsTrue(Mixed.Increasing.All(feature => rows.select(1, feature).ge(originals.select(1, feature)).all().item<bool>()), "increasing");
        Assert.IsTrue(Mixed.Decreasing.All(feature => rows.select(1, feature).le(originals.select(1, feature)).all().item<bool>()), "decreasing");
        AssertWhole(exact.narrow(1, 0, 50) * 255, 1e-4, 255, "pixels in [0, 1]");
        AssertWhole((exact.narrow(1, 50, 10) + 1) * (255 / 4.0), 1e-4, 255, "pixels in [-1, 3]");
        AssertWhole(exact.narrow(1, 60, 5), 0, 4, "whole numbers");
        Tensor categories = exact.narrow(1, 65, 10).reshape(-1, 5);
        Assert.IsTrue(categories.eq(1).sum(1).eq(1).all().item<bool>(), "one category");
        Assert.IsTrue(categories.eq(0).sum(1).eq(4).all().item<bool>(), "no other");
    }

    private static void AssertWhole(Tensor levels, double tolerance, double highest, string what)
    {
        Assert.IsLessThanOrEqualTo(tolerance, (levels - levels.round()).abs().max().item<double>(), what);
        Assert.IsTrue(levels.ge(-tolerance).logical_and(levels.le(highest + tolerance)).all().item<bool>(), $"{what}: outside the bounds");
    }
}
