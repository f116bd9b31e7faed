using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks;

/// <summary>What Run guarantees whatever a method returns.</summary>
[TestClass]
public sealed class BudgetByConstructionTests
{
    [TestMethod]
    [DataRow(1e30)]
    [DataRow(-7.0)]
    [DataRow(double.PositiveInfinity)]
    [DataRow(double.NaN)]
    public void ALooseAttackIsClippedToTheBudgetAndTheBounds(double value)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using AttackTask task = new();

        AttackResult result = new LooseAttack(value).Run(task.Classifier, task.Inputs, task.Goals[0]);

        Assert.IsTrue(result.Inputs.ge(0).logical_and(result.Inputs.le(1)).all().item<bool>());
        Assert.IsLessThanOrEqualTo(0.5f + 1e-6f, result.Size.max().item<float>());
        CollectionAssert.AreEqual(
            SmallNetwork.Bits(TestNetworks.Predictions(task.Classifier, result.Inputs)), SmallNetwork.Bits(result.Predictions));
    }

    [TestMethod]
    public void WhatWasNotComputedStaysAsItWas()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using AttackTask task = new();
        AttackResult result = new LooseAttack(double.NaN).Run(task.Classifier, task.Inputs, task.Goals[0]);
        CollectionAssert.AreEqual(SmallNetwork.Bits(task.Inputs), SmallNetwork.Bits(result.Inputs));
    }

    [TestMethod]
    public void EachFeatureKeepsToItsOwnBounds()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        // In turn: frozen, bounded, unbounded.
        float[] lower = [.. Enumerable.Range(0, 25).SelectMany(_ => new[] { 0.3f, -1f, float.NegativeInfinity })];
        float[] upper = [.. Enumerable.Range(0, 25).SelectMany(_ => new[] { 0.3f, 0.5f, float.PositiveInfinity })];
        using NetworkClassifier classifier = TestNetworks.Classifier(TestNetworks.Images, new(lower, upper));
        Tensor low = torch.tensor(lower).reshape(1, 3, 5, 5);
        Tensor high = torch.tensor(upper).reshape(1, 3, 5, 5);
        Tensor inputs = (TestNetworks.Uniform([9, 3, 5, 5]) * 4 - 2).clamp(low, high);
        Tensor labels = TestNetworks.Predictions(classifier, inputs);
        foreach (AttackCase one in AttackTable.All)
        {
            AttackResult result = one.Attack.Run(classifier, inputs, Goal.Misclassify(labels));
            Tensor changed = (result.Inputs - inputs).abs().amax([0]).flatten();

            Assert.IsTrue(result.Inputs.ge(low).logical_and(result.Inputs.le(high)).all().item<bool>(), one.Name);
            Assert.AreEqual(0f, changed[torch.arange(0, 75, 3)].max().item<float>(), $"{one.Name}: a frozen feature moved");
            Assert.IsGreaterThan(0f, changed[torch.arange(2, 75, 3)].max().item<float>(), $"{one.Name}: an unbounded feature did not move");
        }
    }
}
