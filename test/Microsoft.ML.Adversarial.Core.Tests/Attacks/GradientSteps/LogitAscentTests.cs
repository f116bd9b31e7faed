using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks.Layers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.GradientSteps;

[TestClass]
public sealed class LogitAscentTests
{
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void StepsFollowTheGradientOfTheChosenLogit(bool targeted)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier linear = TestNetworks.Classifier(
            new() { InputShape = [6], ClassCount = 3, Layers = [new LinearLayer()] }, InputBounds.Unbounded);
        Tensor inputs = TestNetworks.Uniform([4, 6]);
        Tensor classes = TestNetworks.Classes(4, 3);
        Tensor weights = linear.Module.parameters().First(parameter => parameter.dim() == 2).detach();
        Tensor direction = Norm.L2.SteepestDirection(weights.index_select(0, classes)) * (targeted ? 1 : -1);

        AttackResult result = new LogitAscent(Norm.L2, double.PositiveInfinity) { Steps = 7, StepSize = 0.3 }.Run(
            linear, inputs, targeted ? Goal.MisclassifyAs(classes) : Goal.Misclassify(classes));

        Assert.IsLessThan(1e-5f, (result.Inputs - (inputs + (7 * 0.3 * direction))).abs().max().item<float>());
        AttackResult bounded = new LogitAscent(Norm.L2, 1).Run(
            linear, inputs, targeted ? Goal.MisclassifyAs(classes) : Goal.Misclassify(classes));
        Assert.IsLessThan(1e-5f, (bounded.Inputs - (inputs + direction)).abs().max().item<float>());
    }

    [TestMethod]
    public void AscentFromGreyReachesTheClassWithinTheBounds()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(Golden.Network("cnn"), InputBounds.Unit);
        Tensor grey = torch.full([10, 1, 28, 28], 0.5f);
        Goal goal = Goal.MisclassifyAs(torch.arange(10));
        LogitAscent attack = new(Norm.L2, double.PositiveInfinity) { Steps = 20, StepSize = 0.5 };
        using IDisposable frozen = torch.no_grad();
        Tensor Logit(Tensor inputs) => classifier.Logits(inputs).diagonal();

        AttackResult result = attack.Run(classifier, grey, goal);

        Assert.IsTrue(result.Succeeded.all().item<bool>());
        Tensor further = (attack with { Steps = 40 }).Run(classifier, grey, goal).Inputs;
        Assert.IsTrue(Logit(further).gt(Logit(result.Inputs)).all().item<bool>());
        Assert.IsTrue(Logit(result.Inputs).gt(Logit(grey)).all().item<bool>());
    }

    [TestMethod]
    public void WithoutABudgetTheLengthOfAStepMustBeSet()
    {
        using AttackTask task = new();
        var e = Assert.ThrowsExactly<InvalidOperationException>(
            () => new LogitAscent(Norm.L2, double.PositiveInfinity).Run(task.Classifier, task.Inputs, task.Goals[1]));
        Assert.Contains("expected StepSize, got null", e.Message);
    }
}
