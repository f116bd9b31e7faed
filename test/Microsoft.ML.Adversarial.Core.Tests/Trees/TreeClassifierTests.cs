using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Trees;

[TestClass]
public sealed class TreeClassifierTests
{
    [TestMethod]
    public void LogitsAreTheSumsOfTheTrees()
    {
        using DisposeScope scope = NewDisposeScope();
        TreeClassifier classifier = TestTrees.Classifier(7, features: 5, classes: 3, treesPerClass: 4, splits: 7);
        // Thresholds are multiples of 1/16: some values lie on one.
        Tensor inputs = (TestNetworks.Uniform([200, 5]) * 16).round() / 16;
        float[] expected = [.. Enumerable.Range(0, 200).SelectMany(row => TestTrees.Logits(classifier.Ensemble, inputs[row].data<float>().ToArray()))];
        CollectionAssert.AreEqual(expected, classifier.Logits(inputs).data<float>().ToArray());
        CollectionAssert.AreEqual(expected, classifier.Logits(inputs.t().contiguous().t()).data<float>().ToArray(), "not contiguous");
    }

    [TestMethod]
    public void ABinaryEnsembleSpeaksForTheSecondClass()
    {
        using DisposeScope scope = NewDisposeScope();
        TreeClassifier classifier = new(TreeEnsemble.Binary(2, [new([1], [0.5f], [~0], [~1], [-1, 2]), new DecisionTree(0.25)], -0.125), InputBounds.Unbounded);
        Tensor logits = classifier.Logits(tensor(new[] { 9f, 0.5f, 9f, 0.500001f }).reshape(2, 2));
        CollectionAssert.AreEqual(new[] { 0, -0.875f, 0, 2.125f }, logits.data<float>().ToArray());
    }

    [TestMethod]
    public void InputsThatDoNotFitAreRefused()
    {
        using DisposeScope scope = NewDisposeScope();
        TreeClassifier classifier = TestTrees.Classifier(1, 3, 2, 1, 1);
        Assert.Contains("[N, 3]", Assert.ThrowsExactly<ArgumentException>(() => classifier.Logits(zeros(2, 4))).Message);
        Assert.Contains("Float32", Assert.ThrowsExactly<ArgumentException>(() => classifier.Logits(zeros(2, 3, ScalarType.Float64))).Message);
        Assert.Contains("got 2", Assert.ThrowsExactly<ArgumentException>(() => new TreeClassifier(classifier.Ensemble, new([0, 0], [1, 1]))).Message);
    }

    [TestMethod]
    public void NodesThatAreNoTreeAreRefused()
    {
        AssertRefused("twice", () => new DecisionTree([0], [1], [~0], [~0], [1, 2]));
        AssertRefused("split 1 which there is not", () => new DecisionTree([0], [1], [1], [~0], [1, 2]));
        AssertRefused("split 0 twice", () => new DecisionTree([0], [1], [0], [~0], [1, 2]));
        AssertRefused("2 leaves", () => new DecisionTree([0], [1], [~0], [~1], [1]));
        AssertRefused("not NaN", () => new DecisionTree([0], [float.NaN], [~0], [~1], [1, 2]));
        AssertRefused("finite leaf values", () => new DecisionTree([0], [1], [~0], [~1], [1, double.NaN]));
        AssertRefused("features from 0 to 1, got one on feature 2", () => TreeEnsemble.Binary(2, [new([2], [1], [~0], [~1], [1, 2])]));
        AssertRefused("at least 2 classes", () => new TreeEnsemble(2, [[]]));
    }

    private static void AssertRefused(string problem, Func<object> make) => Assert.Contains(problem, Assert.ThrowsExactly<ArgumentException>(make).Message);
}
