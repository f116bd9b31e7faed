using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.FeatureSpace;

[TestClass]
public sealed class FeatureAttackTests
{
    [TestMethod]
    public void FeaturesAreWhatTheLastLayerTakes()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(Golden.Network("mlp"), InputBounds.Unit);
        Tensor images = Mnist.Images(8).requires_grad_();

        var (features, logits) = classifier.FeaturesAndLogits(images);

        Tensor[] last = [.. classifier.Module.parameters().TakeLast(2)];
        CollectionAssert.AreEqual(new long[] { 8, 128 }, features.shape);
        Assert.IsLessThan(1e-4f, (features.mm(last[0].t()) + last[1] - logits).abs().max().item<float>());
        Assert.IsLessThan(1e-6f, (logits - classifier.Logits(images)).abs().max().item<float>());
        autograd.backward([features], [ones_like(features)], inputs: [images]);
        Assert.IsGreaterThan(0f, images.grad!.abs().max().item<float>());
    }

    [TestMethod]
    public void OneStepTurnsFeaturesTowardsTheNearestRowOfAnotherClass()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using AttackTask task = new();
        Tensor predictions = TestNetworks.Predictions(task.Classifier, task.Inputs);
        const double epsilon = 0.01;
        foreach (double repulsion in new[] { 0, 0.5 })
        {
            FeatureAttack attack = new(Norm.L2, epsilon) { Steps = 1, Guides = 1, StepSize = 0.004, Repulsion = repulsion };
            Tensor actual = attack.Run(task.Classifier, task.Inputs, Goal.Misclassify(predictions)).Inputs;

            Tensor start = new ProjectedGradientDescent(Norm.L2, epsilon) { Steps = 1, StepSize = 1e-30 }.Run(
                task.Classifier, task.Inputs, Goal.Misclassify(predictions)).Inputs;
            Tensor own = Unit(task.Classifier.FeaturesAndLogits(task.Inputs).Features).detach();
            for (int row = 0; row < AttackTask.Rows; row++)
            {
                Tensor[] others = [.. Enumerable.Range(0, AttackTask.Rows)
                    .Where(other => predictions[other].item<long>() != predictions[row].item<long>())
                    .OrderByDescending(other => (own[other] * own[row]).sum().item<float>()).Select(other => own[other])];
                Tensor towards = others.Length > 0 ? others[0] - (repulsion * own[row]) : -own[row];
                Tensor leaf = start.narrow(0, row, 1).clone().requires_grad_();
                (Unit(task.Classifier.FeaturesAndLogits(leaf).Features) * towards).sum().backward();
                Tensor moved = leaf.detach() + (0.004 * Norm.L2.SteepestDirection(leaf.grad!));
                Tensor change = moved - task.Inputs.narrow(0, row, 1);
                Tensor expected = (task.Inputs.narrow(0, row, 1) + Norm.L2.Project(change, epsilon)).clamp(0, 1);
                Assert.IsLessThan(1e-5f, (expected - actual.narrow(0, row, 1)).abs().max().item<float>(), $"row {row}");
            }
        }

        static Tensor Unit(Tensor features) => features / features.norm(1, keepdim: true);
    }

    [TestMethod]
    [DataRow(false, 0.1)]
    [DataRow(true, 0.15)]
    public void MoreGuidesBreakMoreRowsAndNearlyAsManyAsPgd(bool targeted, double epsilon)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(Golden.Network("mlp"), InputBounds.Unit);
        Tensor images = Mnist.Images(96);
        Tensor labels = Mnist.Labels(96);
        Goal goal = targeted ? Goal.MisclassifyAs((labels + 1).remainder(10)) : Goal.Misclassify(labels);
        long Broken(Attack attack) => attack.Run(classifier, images, goal).Succeeded.sum().item<long>();
        FeatureAttack attack = new(Norm.LInfinity, epsilon) { Steps = 20 };

        long one = Broken(attack with { Guides = 1 });
        long many = Broken(attack with { Guides = 8 });

        Assert.IsGreaterThan(one, many);
        Assert.IsGreaterThanOrEqualTo(Broken(new FastGradientMethod(Norm.LInfinity, epsilon)), many);
        Assert.IsGreaterThan(0.9 * Broken(new ProjectedGradientDescent(Norm.LInfinity, epsilon) { Steps = 20 }), many);
    }

    [TestMethod]
    public void ARowWithoutGuidesTurnsAwayFromItsOwnFeatures()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using AttackTask task = new();
        Tensor alone = task.Inputs.narrow(0, 0, 1);
        Goal goal = Goal.Misclassify(TestNetworks.Predictions(task.Classifier, alone));
        AttackResult result = new FeatureAttack(Norm.LInfinity, 0.3).Run(task.Classifier, alone, goal);
        Assert.IsGreaterThan(0f, result.Size.item<float>());
        Tensor features = nn.functional.normalize(task.Classifier.FeaturesAndLogits(torch.cat([alone, result.Inputs])).Features, dim: 1);
        Assert.IsLessThan(0.99f, (features[0] * features[1]).sum().item<float>());
    }
}
