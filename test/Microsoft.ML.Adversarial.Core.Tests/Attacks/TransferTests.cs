using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks;

[TestClass]
public sealed class TransferTests
{
    private const int Rows = 64;

    [TestMethod]
    public void WhatIsCraftedOnOneIsJudgedOnTheOther()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier substitute = new(Golden.Network("mlp"), InputBounds.Unit);
        using NetworkClassifier target = new(Golden.Network("cnn"), InputBounds.Unit);
        Tensor inputs = Mnist.Images(Rows);
        Goal goal = Goal.Misclassify(Mnist.Labels(Rows));
        ProjectedGradientDescent attack = new(Norm.LInfinity, 0.3);
        AttackRun run = new() { Seed = 5 };

        AttackResult crafted = attack.Run(substitute, inputs, goal, run);
        AttackResult result = new Transfer(attack, substitute).Run(target, inputs, goal, run);

        Assert.IsTrue(crafted.Inputs.eq(result.Inputs).all().item<bool>());
        Assert.IsTrue(TestNetworks.Predictions(target, result.Inputs).eq(result.Predictions).all().item<bool>());
        double transferred = result.Succeeded.to(ScalarType.Float64).mean().item<double>();
        Assert.IsGreaterThan(0.1, transferred);
        Assert.IsLessThan(crafted.Succeeded.to(ScalarType.Float64).mean().item<double>(), transferred);
    }

    [TestMethod]
    public void AnEnsembleIsTheMeanOfItsMembers()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier first = new(Golden.Network("mlp"), InputBounds.Unit);
        using NetworkClassifier second = new(Golden.Network("cnn"), InputBounds.Unit);
        Tensor inputs = Mnist.Images(Rows);
        EnsembleClassifier ensemble = new([first, second], [1, 3]);

        Tensor expected = (first.Logits(inputs) * 0.25) + (second.Logits(inputs) * 0.75);
        Assert.IsLessThan(1e-5, (expected - ensemble.Logits(inputs)).abs().max().item<float>());

        // What is crafted on both fools both.
        ProjectedGradientDescent attack = new(Norm.LInfinity, 0.3);
        Goal goal = Goal.Misclassify(Mnist.Labels(Rows));
        Tensor alone = new Transfer(attack, first).Run(second, inputs, goal).Succeeded;
        Tensor together = new Transfer(attack, ensemble).Run(second, inputs, goal).Succeeded;
        Assert.IsGreaterThan(alone.sum().item<long>(), together.sum().item<long>());
    }

    [TestMethod]
    public void MembersThatDoNotFitAreRefused()
    {
        using NetworkClassifier first = new(Golden.Network("mlp"), InputBounds.Unit);
        using NetworkClassifier second = new(Golden.Network("mlp"), new InputBounds(0, 2));
        ArgumentException thrown = Assert.ThrowsExactly<ArgumentException>(() => new EnsembleClassifier([first, second]));
        StringAssert.Contains(thrown.Message, "bounds");
        Assert.ThrowsExactly<ArgumentException>(() => new EnsembleClassifier([]));
        Assert.ThrowsExactly<ArgumentException>(() => new EnsembleClassifier([first], [-1]));
        Assert.ThrowsExactly<ArgumentException>(() => new EnsembleClassifier([first], [1, 1]));
    }
}
