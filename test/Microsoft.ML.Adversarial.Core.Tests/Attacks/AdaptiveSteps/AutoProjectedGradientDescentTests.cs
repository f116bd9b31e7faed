using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.AdaptiveSteps;

[TestClass]
public sealed class AutoProjectedGradientDescentTests
{
    private const int Rows = 128;

    [TestMethod]
    [DataRow("Linf", 0.05)]
    [DataRow("L2", 0.6)]
    public void ItBreaksNoFewerRowsThanStepsOfOneLength(string norm, double epsilon)
    {
        long fixedSteps = Broken(Golden.Network("mlp"), new ProjectedGradientDescent(Norm.Parse(norm), epsilon) { Steps = 100 });
        long adaptiveSteps = Broken(Golden.Network("mlp"), new AutoProjectedGradientDescent(Norm.Parse(norm), epsilon));
        Assert.IsGreaterThan(0, fixedSteps);
        Assert.IsLessThan(Rows, fixedSteps);
        Assert.IsGreaterThanOrEqualTo(fixedSteps, adaptiveSteps);
    }

    [TestMethod]
    [DataRow(3.0)]
    [DataRow(6.0)]
    public void InL1ItBreaksNoFewerRowsThanOneStepAndAgainstTargetsThanMany(double epsilon)
    {
        long single = Broken(Golden.Network("mlp"), new FastGradientMethod(Norm.L1, epsilon));
        Assert.IsGreaterThan(Rows / 6, single);
        Assert.IsGreaterThanOrEqualTo(single, Broken(Golden.Network("mlp"), new AutoProjectedGradientDescent(Norm.L1, epsilon)));
        long many = Broken(Golden.Network("mlp"), new ProjectedGradientDescent(Norm.L1, epsilon));
        Assert.IsGreaterThanOrEqualTo(many, Broken(Golden.Network("mlp"), new TargetedAutoProjectedGradientDescent(Norm.L1, epsilon)));
    }

    [TestMethod]
    public void TheRatioOfLogitsDoesNotCareForTheirScale()
    {
        AutoProjectedGradientDescent attack = new(Norm.LInfinity, 0.05) { Objective = AttackObjective.DifferenceOfLogitsRatio, Iterations = 30 };
        Network scaled = Golden.Network("mlp");
        using (no_grad())
        {
            foreach (var parameter in scaled.Module.parameters().TakeLast(2))
            {
                parameter.mul_(1000);
            }
        }

        Assert.AreEqual(Broken(Golden.Network("mlp"), attack), Broken(scaled, attack), Rows * 0.02);
    }

    [TestMethod]
    public void TargetsInTurnBreakMoreRowsThanOneAscent()
    {
        AutoProjectedGradientDescent once = new(Norm.LInfinity, 0.045) { Objective = AttackObjective.DifferenceOfLogitsRatio, Iterations = 20 };
        TargetedAutoProjectedGradientDescent inTurn = new(Norm.LInfinity, 0.045) { Iterations = 20 };
        Assert.IsGreaterThanOrEqualTo(Broken(Golden.Network("mlp"), once), Broken(Golden.Network("mlp"), inTurn));
    }

    private static long Broken(Network network, Attack attack)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(network, InputBounds.Unit);
        return attack.Run(classifier, Mnist.Images(Rows), Goal.Misclassify(Mnist.Labels(Rows))).Succeeded.sum().item<long>();
    }
}
