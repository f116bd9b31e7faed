using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.Constraints;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Trees;

[TestClass]
public sealed class MinimalTreeEvasionTests
{
    private const int Rows = 6;

    public static IEnumerable<object[]> Norms => [["L0"], ["L1"], ["L2"], ["Linf"], ["L3"]];

    [TestMethod]
    [DynamicData(nameof(Norms))]
    public void ItIsTheNearestOfAllCells(string name)
    {
        Norm norm = Norm.Parse(name);
        for (int seed = 0; seed < 12; seed++)
        {
            using DisposeScope scope = NewDisposeScope();
            TreeClassifier classifier = TestTrees.Classifier(seed, features: 2 + (seed % 2), classes: 2 + (seed % 3), treesPerClass: 1 + (seed % 4), splits: 4);
            Verify(new(norm, double.PositiveInfinity), classifier, Uniform(classifier, seed));
        }
    }

    [TestMethod]
    [DynamicData(nameof(Norms))]
    public void BoundsAreObeyedAndMayBeMissing(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        Norm norm = Norm.Parse(name);
        Verify(new(norm, double.PositiveInfinity), TestTrees.Classifier(3, 3, 3, 3, 4, InputBounds.Unbounded), Uniform(3));
        Verify(new(norm, double.PositiveInfinity), TestTrees.Classifier(4, 3, 3, 3, 4, new([0.25f, 0, 0.5f], [0.5f, 1, 0.5f])), Uniform(3) * tensor(new[] { 0.25f, 1, 0 }) + tensor(new[] { 0.25f, 0, 0.5f }));
    }

    [TestMethod]
    [DynamicData(nameof(Norms))]
    public void FrozenAndWholeFeaturesAndFactorsOfTheBudgetArePartOfTheSearch(string name)
    {
        Norm norm = Norm.Parse(name);
        InputConstraints constraints = new() { Frozen = [0], Integer = [2], EpsilonScale = [1, 0.5, 2] };
        InputBounds bounds = new([0, 0, -1], [1, 1, 2]);
        for (int seed = 0; seed < 8; seed++)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor inputs = Uniform(3, seed);
            inputs.select(1, 2).round_();
            Verify(new(norm, double.PositiveInfinity) { Constraints = constraints }, TestTrees.Classifier(seed, 3, 3, 3, 4, bounds), inputs);
        }
    }

    [TestMethod]
    [DynamicData(nameof(Norms))]
    public void AShortSearchBoundsTheDistance(string name)
    {
        Norm norm = Norm.Parse(name);
        bool wasShort = false;
        for (int seed = 0; seed < 6; seed++)
        {
            using DisposeScope scope = NewDisposeScope();
            TreeClassifier classifier = TestTrees.Classifier(seed, 4, 3, 6, 6);
            Tensor inputs = Uniform(4, seed);
            Goal goal = Goal.Misclassify(TestNetworks.Predictions(classifier, inputs));
            MinimalTreeEvasion attack = new(norm, double.PositiveInfinity);
            TreeEvasionBounds whole = attack.Bound(classifier, inputs, goal);
            double[] lower = new double[Rows];
            foreach (long budget in new long[] { 1, 4, 16, 64, 256 })
            {
                TreeEvasionBounds part = (attack with { NodeBudget = budget }).Bound(classifier, inputs, goal);
                for (int row = 0; row < Rows; row++)
                {
                    Assert.IsTrue(whole.IsExact[row]);
                    Assert.AreEqual(whole.LowerBounds[row], whole.UpperBounds[row]);
                    Assert.IsLessThanOrEqualTo(whole.UpperBounds[row] + 1e-12, part.LowerBounds[row]);
                    Assert.IsGreaterThanOrEqualTo(whole.UpperBounds[row] - 1e-12, part.UpperBounds[row]);
                    Assert.IsGreaterThanOrEqualTo(lower[row], part.LowerBounds[row], "more work gives no worse a bound");
                    lower[row] = part.LowerBounds[row];
                    wasShort |= !part.IsExact[row];
                }
            }
        }

        Assert.IsTrue(wasShort);
    }

    [TestMethod]
    [DynamicData(nameof(Norms))]
    public void ABudgetOfSizeProvesThatNothingIsWithinIt(string name)
    {
        Norm norm = Norm.Parse(name);
        using DisposeScope scope = NewDisposeScope();
        TreeClassifier classifier = TestTrees.Classifier(1, 4, 3, 6, 6);
        Tensor inputs = Uniform(4);
        Goal goal = Goal.Misclassify(TestNetworks.Predictions(classifier, inputs));
        TreeEvasionBounds whole = new MinimalTreeEvasion(norm, double.PositiveInfinity).Bound(classifier, inputs, goal);
        double epsilon = whole.UpperBounds.Order().ElementAt(Rows / 2) * (norm == Norm.L0 ? 1 : 1.001);
        TreeEvasionBounds within = new MinimalTreeEvasion(norm, epsilon).Bound(classifier, inputs, goal);
        AttackResult attacked = new MinimalTreeEvasion(norm, epsilon).Run(classifier, inputs, goal);
        for (int row = 0; row < Rows; row++)
        {
            bool isNear = whole.UpperBounds[row] <= epsilon;
            Assert.AreEqual(isNear, within.IsExact[row]);
            Assert.AreEqual(isNear ? whole.UpperBounds[row] : double.PositiveInfinity, within.UpperBounds[row], 1e-12);
            Assert.AreEqual(isNear ? whole.UpperBounds[row] : epsilon, within.LowerBounds[row], 1e-7);
            Assert.AreEqual(isNear, attacked.Succeeded[row].item<bool>());
            Assert.AreEqual(isNear, attacked.Size[row].item<float>() > 0);
        }
    }

    [TestMethod]
    public void NothingAtAllIsProvedToo()
    {
        using DisposeScope scope = NewDisposeScope();
        TreeClassifier classifier = new(TreeEnsemble.Binary(1, [new([0], [0.5f], [~0], [~1], [-2, -1])]), InputBounds.Unit);
        Tensor inputs = tensor(new[] { 0.25f }).reshape(1, 1);
        using TreeEvasionBounds bounds = new MinimalTreeEvasion(Norm.L2, double.PositiveInfinity).Bound(classifier, inputs, Goal.Misclassify(zeros(1, ScalarType.Int64)));
        Assert.AreEqual((double.PositiveInfinity, double.PositiveInfinity, true), (bounds.LowerBounds[0], bounds.UpperBounds[0], bounds.IsExact[0]));
        CollectionAssert.AreEqual(new[] { 0.25f }, bounds.Inputs.data<float>().ToArray());
    }

    [TestMethod]
    public void TheNextFloatIsAcrossAThreshold()
    {
        using DisposeScope scope = NewDisposeScope();
        float threshold = 1e-9f;
        TreeClassifier classifier = new(TreeEnsemble.Binary(1, [new([0], [threshold], [~0], [~1], [-1, 1])]), new InputBounds(-1, 1));
        foreach (Norm norm in new[] { Norm.L0, Norm.L1, Norm.L2, Norm.LInfinity })
        {
            foreach (double epsilon in new[] { 1.5, double.PositiveInfinity })
            {
                // From -1 the way to the threshold cannot be written as a difference in Single.
                AttackResult up = new MinimalTreeEvasion(norm, epsilon).Run(classifier, tensor(new[] { -1f }).reshape(1, 1), Goal.Misclassify(zeros(1, ScalarType.Int64)));
                Assert.AreEqual(float.BitIncrement(threshold), up.Inputs.item<float>(), $"{norm}");
                AttackResult down = new MinimalTreeEvasion(norm, epsilon).Run(classifier, tensor(new[] { 1f }).reshape(1, 1), Goal.Misclassify(ones(1, ScalarType.Int64)));
                Assert.AreEqual(threshold, down.Inputs.item<float>(), $"{norm}");
                Assert.IsTrue(up.Succeeded.logical_and(down.Succeeded).item<bool>());
            }
        }
    }

    [TestMethod]
    public void ConstraintsItDoesNotKnowAreRefused()
    {
        using DisposeScope scope = NewDisposeScope();
        MinimalTreeEvasion attack = new(Norm.L2, 1) { Constraints = new() { EightBit = true } };
        var e = Assert.ThrowsExactly<NotSupportedException>(
            () => attack.Bound(TestTrees.Classifier(1, 3, 2, 2, 2), Uniform(3), Goal.Misclassify(zeros(Rows, ScalarType.Int64))));
        Assert.Contains("8bit", e.Message);
    }

    private static Tensor Uniform(TreeClassifier classifier, int seed) => Uniform(classifier.Ensemble.FeatureCount, seed);

    private static Tensor Uniform(int features, int seed = 1) => TestNetworks.Uniform([Rows, features], (ulong)seed + 1);

    private static void Verify(MinimalTreeEvasion attack, TreeClassifier classifier, Tensor inputs)
    {
        Tensor labels = TestNetworks.Predictions(classifier, inputs);
        Tensor targets = (labels + 1) % classifier.ClassCount;
        foreach (Goal goal in new[] { Goal.Misclassify(labels), Goal.MisclassifyAs(targets) })
        {
            bool isTargeted = goal.Classes.Equals(targets);
            TreeEvasionBounds bounds = attack.Bound(classifier, inputs, goal);
            Tensor reached = goal.IsReached(classifier.Logits(bounds.Inputs));
            AttackResult attacked = attack.Run(classifier, inputs, goal);
            for (int row = 0; row < Rows; row++)
            {
                int wanted = (int)goal.Classes[row].item<long>();
                double expected = AllCells.SmallestSize(
                    classifier, inputs[row].data<float>().ToArray(), predicted => predicted == wanted == isTargeted, attack.ThreatModel.Norm.Order,
                    attack.Constraints.EpsilonScale.Count == 0 || attack.ThreatModel.Norm == Norm.L0 ? null : [.. attack.Constraints.EpsilonScale],
                    attack.Constraints.Frozen.ToHashSet(), attack.Constraints.Integer.ToHashSet());
                Assert.IsTrue(bounds.IsExact[row]);
                Assert.AreEqual(expected, bounds.UpperBounds[row], 1e-12);
                Assert.AreEqual(expected, bounds.LowerBounds[row], 1e-12);
                Assert.AreEqual(double.IsFinite(expected), reached[row].item<bool>());
                Assert.AreEqual(double.IsFinite(expected), attacked.Succeeded[row].item<bool>());
                Assert.AreEqual(double.IsFinite(expected) ? expected : 0, attacked.Size[row].item<float>(), 1e-6);
            }
        }
    }
}
