using Microsoft.ML.Adversarial.Attacks.AdaptiveSteps;
using Microsoft.ML.Adversarial.Attacks.Cascades;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Attacks.RandomSearch;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks;

/// <summary>Rows without a gradient come back flagged, not as robust as any other.</summary>
[TestClass]
public sealed class ZeroGradientTests
{
    private static readonly FastGradientMethod Fast = new(Norm.LInfinity, 0.1);

    public static IEnumerable<object[]> Attacks =>
    [
        [Fast],
        [new ProjectedGradientDescent(Norm.L2, 0.5) { Steps = 3 }],
        [new ProjectedGradientDescent(Norm.L2, 0.5) { Steps = 3, LeaveEarly = true }],
        [new ProjectedGradientDescent(Norm.LInfinity, 0.1) { Steps = 3, Restarts = 2 }],
        [new MomentumIterativeMethod(Norm.LInfinity, 0.1)],
        [new AutoProjectedGradientDescent(Norm.LInfinity, 0.1) { Iterations = 5 }],
        [new AutoProjectedGradientDescent(Norm.L1, 2) { Iterations = 5 }],
        [AutoAttack.Standard(Norm.LInfinity, 1e-4)],
    ];

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void TheyAreFlagged(Attack attack)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier network = TestNetworks.Classifier(TestNetworks.Images);
        Tensor inputs = TestNetworks.Uniform([6, 3, 5, 5]) * 0.4 + 0.3;
        Goal goal = Goal.Misclassify(TestNetworks.Predictions(network, inputs));

        // Rows 1 and 4 are marked by a dark corner pixel, far enough from the others' that no attack takes one for the other.
        inputs[TensorIndex.Tensor(torch.tensor(new long[] { 1, 4 })), 0, 0, 0] = 0f;
        AlteredClassifier masked = new(network, (rows, logits) => where(rows[TensorIndex.Ellipsis, 0, 0, 0].unsqueeze(1).lt(0.15), logits.detach(), logits));

        AttackResult result = attack.Run(masked, inputs, goal);
        CollectionAssert.AreEqual(new[] { false, true, false, false, true, false }, result.ZeroGradients.data<bool>().ToArray());
        AttackResult open = attack.Run(network, inputs, goal);
        Assert.IsFalse(open.ZeroGradients.any().item<bool>());
    }

    [TestMethod]
    public void AttacksThatTakeNoneFlagNothing()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier network = TestNetworks.Classifier(TestNetworks.Images);
        Tensor inputs = TestNetworks.Uniform([3, 3, 5, 5]);
        AlteredClassifier masked = new(network, (_, logits) => logits.detach());
        AttackResult result = new SquareAttack(Norm.LInfinity, 0.1) { Queries = 20 }.Run(
            masked, inputs, Goal.Misclassify(TestNetworks.Predictions(network, inputs)));
        Assert.IsFalse(result.ZeroGradients.any().item<bool>());
    }
}
