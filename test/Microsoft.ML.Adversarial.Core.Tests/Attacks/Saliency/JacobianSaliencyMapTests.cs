using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Networks.Layers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Saliency;

[TestClass]
public sealed class JacobianSaliencyMapTests
{
    private const int Rows = 256;

    // torchattacks on the golden network: 94.92 % with 21.004 features, within 1 % for logits; softmax is what is better.
    [TestMethod]
    [DataRow(SaliencySource.Softmax, 1.0, 12.5)]
    [DataRow(SaliencySource.Logits, 0.94, 21.004 * 1.01)]
    [DataRow(SaliencySource.SinglePrecisionSoftmax, 0.99, 12.5)]
    public void TargetsAreReachedWithFewFeatures(SaliencySource source, double success, double features)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(Golden.Network("mlp"), InputBounds.Unit);
        Tensor targets = (Mnist.Labels(Rows) + 1).remainder(10);

        AttackResult result = new JacobianSaliencyMapAttack { Gamma = 0.1, Source = source }.Run(
            classifier, Mnist.Images(Rows), Goal.MisclassifyAs(targets));

        Assert.IsGreaterThanOrEqualTo(success, result.Succeeded.to(ScalarType.Float64).mean().item<double>());
        Assert.IsLessThanOrEqualTo(features, result.Size.masked_select(result.Succeeded).mean().item<float>());
        Assert.IsLessThanOrEqualTo(78f, result.Size.max().item<float>());
    }

    [TestMethod]
    public void OnlyPublishedArithmeticFailsOnANetworkThatIsSureOfItself()
    {
        // Logits times 20, as distillation at T = 20 leaves them: no prediction changes.
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(Golden.Network("mlp"), InputBounds.Unit);
        Tensor inputs = Mnist.Images(64);
        Goal goal = Goal.MisclassifyAs((Mnist.Labels(64) + 1).remainder(10));
        double Success(SaliencySource source) => new JacobianSaliencyMapAttack { Source = source }
            .Run(classifier, inputs, goal).Succeeded.to(ScalarType.Float64).mean().item<double>();
        double before = Success(SaliencySource.Softmax);
        using (torch.no_grad())
        {
            foreach (Tensor parameter in classifier.Module.parameters().TakeLast(2))
            {
                parameter.mul_(20);
            }
        }

        Assert.IsLessThan(0.05, Success(SaliencySource.SinglePrecisionSoftmax));
        Assert.IsGreaterThan(0.94, Success(SaliencySource.Logits));
        Assert.IsGreaterThan(before - 0.1, Success(SaliencySource.Softmax));
    }

    [TestMethod]
    [DataRow(SaliencySource.Logits, 1.0, false)]
    [DataRow(SaliencySource.Logits, -1.0, false)]
    [DataRow(SaliencySource.Logits, 1.0, true)]
    [DataRow(SaliencySource.Softmax, 1.0, false)]
    [DataRow(SaliencySource.Softmax, -1.0, true)]
    public void EachStepMovesThePairThatTheDefinitionNames(SaliencySource source, double direction, bool both)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(
            SmallNetwork.Created(TestNetworks.Images, seed: 5).ToType(ScalarType.Float64), InputBounds.Unit);
        Tensor inputs = TestNetworks.Uniform([6, 3, 5, 5], type: ScalarType.Float64);
        Tensor targets = TestNetworks.Classes(6, classifier.ClassCount);
        Goal goal = Goal.MisclassifyAs(targets);
        const double theta = 0.3;
        // An unreachable margin: the search stops only when its pairs are used up.
        for (int pairs = 1; pairs <= 3; pairs++)
        {
            JacobianSaliencyMapAttack attack = new(Norm.L0, 2 * pairs)
            {
                Theta = direction * theta, Source = source, BothDirections = both, Gamma = 1,
            };
            AttackResult result = attack.Run(classifier, inputs, goal);
            for (int row = 0; row < inputs.shape[0]; row++)
            {
                Tensor? expected = Naive(classifier, inputs[row], targets[row].item<long>(), pairs, direction, both, source);
                Tensor actual = result.Inputs[row];
                Assert.IsLessThan(
                    1e-12, (actual - (expected ?? inputs[row])).abs().max().item<double>(), $"row {row} after {pairs} pairs");
            }
        }

        // Papernot's loop in plain numbers: null where the target is not reached.
        static Tensor? Naive(NetworkClassifier classifier, Tensor input, long target, int pairs, double direction, bool both, SaliencySource source)
        {
            double[] start = input.flatten().data<double>().ToArray();
            double[] x = [.. start];
            for (int step = 0; ; step++)
            {
                Tensor leaf = torch.tensor(x).reshape(1, 3, 5, 5).requires_grad_();
                Tensor logits = classifier.Logits(leaf);
                if (logits.argmax(1).item<long>() == target)
                {
                    return torch.tensor(x).reshape(3, 5, 5);
                }

                if (step == pairs)
                {
                    return null;
                }

                Tensor outputs = source == SaliencySource.Logits ? logits : logits.softmax(1);
                double[][] slopes = [.. Enumerable.Range(0, classifier.ClassCount).Select(
                    index => autograd.grad([outputs[0, index]], [leaf], retain_graph: true)[0].flatten().data<double>().ToArray())];
                (double Saliency, int First, int Second, double Sign) best = default;
                foreach (double sign in both ? [1, -1] : new[] { direction })
                {
                    bool MayMove(int p) => sign > 0 ? x[p] < 1 && x[p] >= start[p] : x[p] > 0 && x[p] <= start[p];
                    for (int p = 0; p < x.Length; p++)
                    {
                        for (int q = 0; q < p; q++)
                        {
                            double alpha = sign * (slopes[target][p] + slopes[target][q]);
                            double beta = sign * slopes.Where((_, index) => index != target).Sum(slope => slope[p] + slope[q]);
                            if (MayMove(p) && MayMove(q) && alpha > 0 && beta < 0 && -alpha * beta > best.Saliency)
                            {
                                best = (-alpha * beta, p, q, sign);
                            }
                        }
                    }
                }

                foreach (int p in best.Saliency > 0 ? [best.First, best.Second] : Array.Empty<int>())
                {
                    x[p] = Math.Clamp(x[p] + (best.Sign * theta), 0, 1);
                }
            }
        }
    }

    [TestMethod]
    public void WithoutATargetTheSmallestOverAllTargetsIsKept()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(Golden.Network("mlp"), InputBounds.Unit);
        Tensor images = Mnist.Images(24);
        Tensor labels = TestNetworks.Predictions(classifier, images);
        JacobianSaliencyMapAttack attack = new();

        AttackResult result = attack.Run(classifier, images, Goal.Misclassify(labels));

        Tensor smallest = torch.full(24, float.PositiveInfinity);
        for (int shift = 1; shift < 10; shift++)
        {
            AttackResult targeted = attack.Run(classifier, images, Goal.MisclassifyAs((labels + shift).remainder(10)));
            smallest = smallest.minimum(targeted.Size.masked_fill(targeted.Succeeded.logical_not(), float.PositiveInfinity));
        }

        Assert.IsTrue(result.Succeeded.all().item<bool>());
        Assert.IsTrue(result.Size.le(smallest).all().item<bool>(), "a single target was reached with fewer features");
        Assert.IsTrue(result.Size.eq(smallest).any().item<bool>());
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void TwoClassesAndFlatFeaturesAreAttacked(bool targeted)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        NetworkDefinition definition = new()
        {
            InputShape = [12], ClassCount = 2, Layers = [new LinearLayer(8), new TanhLayer(), new LinearLayer()],
        };
        using NetworkClassifier classifier = TestNetworks.Classifier(definition, InputBounds.Unbounded);
        Tensor inputs = TestNetworks.Uniform([20, 12]);
        Tensor labels = TestNetworks.Predictions(classifier, inputs);
        Goal goal = targeted ? Goal.MisclassifyAs(1 - labels) : Goal.Misclassify(labels);
        foreach (SaliencySource source in Enum.GetValues<SaliencySource>())
        {
            JacobianSaliencyMapAttack attack = new() { Gamma = 1, Theta = 3, Source = source, BothDirections = true };
            AttackResult result = attack.Run(classifier, inputs, goal);
            Assert.IsGreaterThan(0.8, result.Succeeded.to(ScalarType.Float64).mean().item<double>(), $"{source}");
        }
    }

    [TestMethod]
    public void SettingsOutOfRangeAreRefused()
    {
        JacobianSaliencyMapAttack attack = new();
        Assert.AreEqual(new JacobianSaliencyMapAttack(Norm.L0, double.PositiveInfinity), attack);
        foreach (Func<Attack> make in new Func<Attack>[]
        {
            () => attack with { Theta = 0 }, () => attack with { Theta = double.NaN }, () => attack with { Theta = double.PositiveInfinity },
            () => attack with { Gamma = 0 }, () => attack with { Gamma = 1.01 }, () => attack with { Gamma = double.NaN },
        })
        {
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(make);
        }

        Assert.Contains("works with L0, got Linf", Assert.Throws<ArgumentException>(() => new JacobianSaliencyMapAttack(Norm.LInfinity, 1)).Message);
    }
}
