using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Trees;

[TestClass]
public sealed class LeafTupleAttackTests
{
    private const int Rows = 20;

    public static IEnumerable<object[]> Norms => [["Linf"], ["L2"], ["L1"], ["L0"]];

    [TestMethod]
    [DynamicData(nameof(Norms))]
    public void ItIsNeverNearerThanTheNearestAndNotMuchFurther(string name)
    {
        Norm norm = Norm.Parse(name);
        double found = 0;
        double smallest = 0;
        for (int seed = 0; seed < 5; seed++)
        {
            using DisposeScope scope = NewDisposeScope();
            TreeClassifier classifier = TestTrees.Classifier(seed, features: 5, classes: 3, treesPerClass: 5, splits: 7);
            Tensor inputs = TestNetworks.Uniform([Rows, 5], (ulong)seed + 1);
            Goal goal = Goal.Misclassify(TestNetworks.Predictions(classifier, inputs));
            TreeEvasionBounds exact = new MinimalTreeEvasion(norm, double.PositiveInfinity).Bound(classifier, inputs, goal);
            AttackResult attacked = new LeafTupleAttack(norm, double.PositiveInfinity).Run(classifier, inputs, goal);
            Assert.IsTrue(exact.IsExact.All(one => one));
            Assert.IsTrue(attacked.Succeeded.all().item<bool>());
            foreach ((float size, double distance) in attacked.Size.data<float>().ToArray().Zip(exact.UpperBounds))
            {
                Assert.IsGreaterThanOrEqualTo(distance * (1 - 1e-6), size);
                (found, smallest) = (found + size, smallest + distance);
            }
        }

        Assert.IsLessThan(1.25, found / smallest, "docs/trees.md promises this");
    }

    [TestMethod]
    [DynamicData(nameof(Norms))]
    public void ItWorksAgainstTargetsAndWithinABudget(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        Norm norm = Norm.Parse(name);
        TreeClassifier classifier = TestTrees.Classifier(2, features: 5, classes: 4, treesPerClass: 5, splits: 7);
        Tensor inputs = TestNetworks.Uniform([Rows, 5]);
        Goal goal = Goal.MisclassifyAs((TestNetworks.Predictions(classifier, inputs) + 1) % 4);
        AttackResult all = new LeafTupleAttack(norm, double.PositiveInfinity).Run(classifier, inputs, goal);
        double epsilon = all.Size.median().item<float>();
        AttackResult within = new LeafTupleAttack(norm, epsilon).Run(classifier, inputs, goal);
        // It may miss a class that few leaf tuples have.
        Assert.IsGreaterThan(Rows / 2, all.Succeeded.sum().item<long>());
        for (int row = 0; row < Rows; row++)
        {
            bool kept = all.Succeeded[row].item<bool>() && all.Size[row].item<float>() <= epsilon;
            Assert.AreEqual(kept, within.Succeeded[row].item<bool>());
            Assert.IsTrue(within.Inputs[row].eq(kept ? all.Inputs[row] : inputs[row]).all().item<bool>());
        }
    }

    [TestMethod]
    public void AGreedyStartAloneFindsRareClasses()
    {
        using DisposeScope scope = NewDisposeScope();
        // Class 1 is a cell of a millionth of the inputs.
        DecisionTree[] trees = [.. Enumerable.Range(0, 6).Select(feature => new DecisionTree([feature], [0.9f], [~0], [~1], [0, 1]))];
        TreeClassifier classifier = new(TreeEnsemble.Binary(6, trees, -5.5), Classifiers.InputBounds.Unit);
        Goal goal = Goal.Misclassify(zeros(3, ScalarType.Int64));
        AttackResult result = new LeafTupleAttack(Norm.L0, double.PositiveInfinity) { Starts = 0 }.Run(classifier, zeros(3, 6), goal);
        CollectionAssert.AreEqual(new[] { 6f, 6f, 6f }, result.Size.data<float>().ToArray());
        Assert.IsTrue(result.Succeeded.all().item<bool>());
    }
}
