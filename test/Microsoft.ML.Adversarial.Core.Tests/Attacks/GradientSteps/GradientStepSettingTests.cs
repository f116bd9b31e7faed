using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Networks.Layers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.GradientSteps;

/// <summary>What the settings of the whole family do.</summary>
[TestClass]
public sealed class GradientStepSettingTests
{
    [TestMethod]
    public void AStepFollowsTheMeanGradientOfARandomClassifier()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier exact = new(
            SmallNetwork.Created(TestNetworks.Images, seed: 5).ToType(ScalarType.Float64), InputBounds.Unbounded);
        Tensor inputs = TestNetworks.Uniform([5, 3, 5, 5], type: ScalarType.Float64);
        Goal goal = Goal.Misclassify(TestNetworks.Classes(5, exact.ClassCount));
        Tensor noises = TestNetworks.Normal([20, 3, 5, 5]);
        int passes = 0;
        CountedPasses random = new(exact, x => x + noises[passes++]);

        AttackResult result = new FastGradientMethod(Norm.L2, 1e-3) { GradientSamples = 4 }.Run(random, inputs, goal);

        Tensor gradients = torch.stack(
            Enumerable.Range(0, 4).Select(pass => ((IDifferentiableClassifier)exact).InputGradient(
                (inputs + noises[pass]).detach().requires_grad_(), logits => AttackObjective.CrossEntropy.Cotangent(logits, goal))));
        Tensor expected = inputs + (1e-3 * Norm.L2.SteepestDirection(gradients.mean([0])));
        Assert.IsLessThan(1e-12, (result.Inputs - expected).abs().max().item<double>());
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new FastGradientMethod(Norm.L2, 1) { GradientSamples = 0 });
    }

    [TestMethod]
    public void TheOriginalsAreJudgedByTheFirstGradientsPass()
    {
        using AttackTask task = new();
        foreach ((Attack attack, long passes) in new (Attack, long)[]
        {
            (new FastGradientMethod(Norm.LInfinity, 0.1), 2),
            (new BasicIterativeMethod(Norm.LInfinity, 0.1), 11),
            (new MomentumIterativeMethod(Norm.LInfinity, 0.1) { GradientSamples = 2 }, 21),
            (new NesterovIterativeMethod(Norm.LInfinity, 0.1), 12),
            (new ProjectedGradientDescent(Norm.LInfinity, 0.1), 42),
        })
        {
            CountedPasses counted = new(task.Classifier);
            attack.Run(counted, task.Inputs, task.Goals[0]).Dispose();
            Assert.AreEqual(passes, counted.Passes, attack.GetType().Name);
        }
    }

    [TestMethod]
    public void RestartsTakeGradientsOfTheRowsThatAreNotBrokenYet()
    {
        const int rows = 128;
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(Golden.Network("mlp"), InputBounds.Unit);
        Tensor images = Mnist.Images(rows);
        Goal goal = Goal.Misclassify(Mnist.Labels(rows));
        // Short steps: where they start decides much of where they end.
        ProjectedGradientDescent attack = new(Norm.LInfinity, 0.06) { Steps = 2, StepSize = 0.015 };
        long expected = rows * attack.Steps;
        long last = rows;
        for (int restarts = 1; restarts <= 4; restarts++)
        {
            long gradients = 0;
            CountedPasses counted = new(classifier, inputs =>
            {
                gradients += torch.is_grad_enabled() ? inputs.shape[0] : 0;
                return inputs;
            });
            using AttackResult result = (attack with { Restarts = restarts }).Run(counted, images, goal);
            Assert.AreEqual(expected, gradients, $"{restarts} restarts");

            long open = result.Succeeded.logical_not().sum().item<long>();
            Assert.IsLessThan(last, open, "found nothing");
            (last, expected) = (open, expected + (open * attack.Steps));
        }
    }

    [TestMethod]
    public void StepsShrinkAlongACosineAndGoAsFarInAll()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier linear = TestNetworks.Classifier(
            new() { InputShape = [6], ClassCount = 2, Layers = [new LinearLayer()] }, InputBounds.Unbounded);
        Tensor inputs = TestNetworks.Uniform([4, 6]);
        Goal goal = Goal.Misclassify(TestNetworks.Classes(4, 2));
        // The gradient of two linear logits keeps its direction, so that every step adds its length.
        double Gone(Attack attack) => attack.Run(linear, inputs, goal).Size.mean().item<float>();
        for (int steps = 1; steps <= 5; steps++)
        {
            double lengths = Enumerable.Range(0, steps).Sum(step => (1 + Math.Cos(Math.PI * step / steps)) / 2);
            BasicIterativeMethod cosine = new(Norm.LInfinity, 2) { Steps = steps, StepSchedule = StepSchedule.Cosine };
            Assert.AreEqual(0.1 * lengths, Gone(cosine with { StepSize = 0.1 }), 1e-6, $"{steps} steps");
            Assert.AreEqual(2, Gone(cosine), 1e-5, $"{steps} steps by the attack's rule");
        }

        Assert.AreEqual(0.3, Gone(new BasicIterativeMethod(Norm.LInfinity, 2) { Steps = 3, StepSize = 0.1 }), 1e-6);
    }

    [TestMethod]
    [DataRow("bim", 0.7)]
    [DataRow("mifgsm", 0.7)]
    [DataRow("pgd", 0.7)]
    [DataRow("nifgsm", 1.2, DisplayName = "nifgsm, which looks at rows elsewhere, so that judging them takes a pass")]
    public void RowsThatLeaveEarlyAreBrokenAllTheSameAndCostLess(string name, double share)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(Golden.Network("mlp"), InputBounds.Unit);
        Tensor images = Mnist.Images(128);
        Tensor labels = Mnist.Labels(128);
        labels[5] = labels[5] + 1;
        Goal goal = Goal.Misclassify(labels);
        (AttackResult Result, long Rows) Run(bool leave)
        {
            AttackDescription attack = new(name, "Linf", 0.1, new Dictionary<string, string> { ["LeaveEarly"] = $"{leave}", ["Steps"] = "20" });
            CountedPasses counted = new(classifier);
            return (attack.Create().Run(counted, images, goal), counted.Rows);
        }

        var (stayed, allRows) = Run(false);
        var (left, rows) = Run(true);

        Assert.IsGreaterThanOrEqualTo(stayed.Succeeded.sum().item<long>(), left.Succeeded.sum().item<long>());
        Assert.IsLessThan(share * allRows, rows);
        Assert.IsTrue(left.SucceededBefore[5].item<bool>());
        Assert.AreEqual(name == "pgd", left.Size[5].item<float>() > 0, "a row that is done before the first step stays where that starts");
        Assert.IsLessThan(stayed.Size.mean().item<float>() + 1e-6f, left.Size.mean().item<float>());
    }
}
