using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.GradientSteps;

[TestClass]
public sealed class MomentumTests
{
    // 3·5·5 features fill four blocks of 16 and leave a rest; zeros are gradients of their own kind.
    [TestMethod]
    [DataRow(0.0)]
    [DataRow(0.7)]
    public void TheDecayingSumIsTheSameInOneLoopAndInTensors(double decay)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor loops = TestNetworks.Normal([6, 3, 5, 5], 1, ScalarType.Float32);
        Tensor tensors = loops.to(ScalarType.Float64);
        for (ulong step = 0; step < 4; step++)
        {
            Tensor gradient = TestNetworks.Normal([6, 3, 5, 5], step + 2, ScalarType.Float32) * 1e-3;
            gradient[2].zero_();
            DecayingSum.Add_(loops, gradient, decay);
            DecayingSum.Add_(tensors, gradient.to(ScalarType.Float64), decay);
        }

        Assert.IsLessThan(1e-6, (loops - tensors).abs().max().item<double>());
        Assert.IsFalse(loops.isnan().any().item<bool>());
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void NesterovsGradientsAreThoseWhereTheMomentumLeads(bool targeted)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(
            SmallNetwork.Created(TestNetworks.Images, seed: 5).ToType(ScalarType.Float64), InputBounds.Unit);
        Tensor inputs = TestNetworks.Uniform([8, 3, 5, 5], type: ScalarType.Float64);
        Tensor classes = TestNetworks.Classes(8, classifier.ClassCount);
        const double epsilon = 0.2;
        const double decay = 0.8;
        const double length = 0.05;

        Tensor x = inputs;
        Tensor momentum = zeros_like(x);
        for (int step = 0; step < 6; step++)
        {
            Tensor ahead = (x + (length * decay * momentum)).detach().requires_grad_();
            Tensor loss = nn.functional.cross_entropy(classifier.Logits(ahead), classes, reduction: nn.Reduction.Sum);
            (targeted ? -loss : loss).backward();
            momentum = (decay * momentum) + (ahead.grad! / ahead.grad!.abs().sum([1, 2, 3], keepdim: true));
            x = (x + (length * momentum.sign())).maximum(inputs - epsilon).minimum(inputs + epsilon).clamp(0, 1);
        }

        AttackResult result = new NesterovIterativeMethod(Norm.LInfinity, epsilon) { Steps = 6, StepSize = length, Decay = decay }.Run(
            classifier, inputs, targeted ? Goal.MisclassifyAs(classes) : Goal.Misclassify(classes));

        Assert.IsLessThan(1e-12, (result.Inputs - x).abs().max().item<double>());
        AttackResult momentumOnly = new MomentumIterativeMethod(Norm.LInfinity, epsilon) { Steps = 6, StepSize = length, Decay = decay }.Run(
            classifier, inputs, targeted ? Goal.MisclassifyAs(classes) : Goal.Misclassify(classes));
        Assert.IsGreaterThan(0.0, (result.Inputs - momentumOnly.Inputs).abs().max().item<double>(), "looking ahead made no difference");
    }

    [TestMethod]
    public void MomentumKeepsItsStrengthInEveryForm()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(Golden.Network("cnn"), InputBounds.Unit);
        Tensor images = Mnist.Images(64);
        Goal goal = Goal.Misclassify(Mnist.Labels(64));
        long Broken(Attack attack) => attack.Run(classifier, images, goal).Succeeded.sum().item<long>();
        long single = Broken(new FastGradientMethod(Norm.LInfinity, 0.15));
        Assert.IsGreaterThan(10L, single);
        Assert.IsGreaterThanOrEqualTo(single, Broken(new NesterovIterativeMethod(Norm.LInfinity, 0.15)));
        Assert.IsGreaterThanOrEqualTo(single, Broken(new DiverseInputMethod(Norm.LInfinity, 0.15)));
        Assert.IsGreaterThanOrEqualTo(single, Broken(new DiverseInputMethod(Norm.LInfinity, 0.15) { Decay = 1 }));
        Assert.AreEqual(64L, Broken(new NesterovIterativeMethod(Norm.LInfinity, 1)));
        Assert.AreEqual(64L, Broken(new DiverseInputMethod(Norm.LInfinity, 1)));
    }
}
