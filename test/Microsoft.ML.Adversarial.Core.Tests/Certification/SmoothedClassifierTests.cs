using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Certification;

[TestClass]
public sealed class SmoothedClassifierTests
{
    [TestMethod]
    public void LogitsAreLogarithmsOfMeanProbabilities()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable frozen = torch.no_grad();
        using NetworkClassifier inner = new(SmallNetwork.Created(TestNetworks.Images).ToType(ScalarType.Float64), InputBounds.Unit);
        using SmoothedClassifier smoothed = new(inner, 0.3, samples: 7, seed: 2);
        Tensor inputs = TestNetworks.Uniform([4, 3, 5, 5], type: ScalarType.Float64);
        Tensor logits = smoothed.Logits(inputs);

        Tensor noise = new RowRandom(2, [0]).Normal(zeros([7, 3, 5, 5], ScalarType.Float64)) * 0.3;
        for (int row = 0; row < 4; row++)
        {
            Tensor mean = zeros([4], ScalarType.Float64);
            for (int sample = 0; sample < 7; sample++)
            {
                Tensor exponentials = inner.Logits((inputs[row] + noise[sample]).unsqueeze(0)).flatten().exp();
                mean += exponentials / exponentials.sum() / 7;
            }

            Assert.IsLessThan(1e-12, (mean.log() - logits[row]).abs().amax().item<double>());
        }
    }

    [TestMethod]
    public void ItsGradientIsThatOfTheMean()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier inner = new(SmallNetwork.Created(TestNetworks.Images).ToType(ScalarType.Float64), InputBounds.Unit);
        using SmoothedClassifier smoothed = new(inner, 0.3, samples: 5);
        Tensor inputs = TestNetworks.Uniform([2, 3, 5, 5], type: ScalarType.Float64);
        Tensor weights = TestNetworks.Normal([2, 4]);
        Tensor gradient = ((IDifferentiableClassifier)smoothed).InputGradient(inputs.clone().requires_grad_(), _ => weights);

        using IDisposable frozen = torch.no_grad();
        Tensor direction = TestNetworks.Normal([2, 3, 5, 5], seed: 4);
        const double step = 1e-6;
        double difference = ((smoothed.Logits(inputs + (step * direction)) - smoothed.Logits(inputs - (step * direction))) * weights).sum()
            .item<double>() / (2 * step);
        Assert.AreEqual(difference, (gradient * direction).sum().item<double>(), 1e-6 * Math.Abs(difference) + 1e-7);
    }

    [TestMethod]
    public void NoAttackWithinTheRadiusChangesTheSmoothedPrediction()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(Golden.Network("mlp"), InputBounds.Unit);
        const int rows = 24;
        RandomizedSmoothing smoothing = new(0.25) { Samples = 1_000 };
        Tensor images = Mnist.Images(rows);
        using SmoothingCertificate certificate = smoothing.Certify(classifier, images);
        Assert.IsGreaterThan(rows / 2, certificate.Classes.ge(0).sum().item<long>());

        using SmoothedClassifier smoothed = new(classifier, 0.25);
        foreach (int row in Enumerable.Range(0, rows).Where(row => certificate.Classes[row].item<long>() >= 0))
        {
            double radius = certificate.Radii[row].item<double>();
            Tensor image = images.narrow(0, row, 1);
            Tensor certified = certificate.Classes.narrow(0, row, 1);
            foreach (Attack attack in new Attack[]
            {
                new ProjectedGradientDescent(Norm.L2, radius) { Steps = 10 }, new DecoupledDirectionAndNorm(Norm.L2, radius) { Steps = 10 },
            })
            {
                using AttackResult attacked = attack.Run(smoothed, image, Goal.Misclassify(certified));
                Assert.IsLessThanOrEqualTo(radius * (1 + 1e-6), (attacked.Inputs - image).norm().item<float>());
                using Tensor again = smoothing.Predict(classifier, attacked.Inputs, new() { Seed = 9 });
                long predicted = again.item<long>();
                Assert.IsTrue(predicted == RandomizedSmoothing.Abstained || predicted == certified.item<long>(), $"row {row}, radius {radius}");
            }
        }
    }

    [TestMethod]
    public void BeyondTheRadiusTheAttackSucceeds()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        HalfSpace classifier = new();
        RandomizedSmoothing smoothing = new(0.2) { Samples = 2_000 };
        using SmoothedClassifier smoothed = new(classifier, 0.2, samples: 64);
        Tensor row = HalfSpace.At(0.2);
        using AttackResult attacked =
            new ProjectedGradientDescent(Norm.L2, 0.35) { Steps = 20 }.Run(smoothed, row, Goal.Misclassify(tensor(new[] { 1L })));
        using Tensor predicted = smoothing.Predict(classifier, attacked.Inputs);
        Assert.AreEqual(0, predicted.item<long>());
    }

    [TestMethod]
    public void SettingsOutOfRangeAreNamed()
    {
        HalfSpace classifier = new();
        Assert.Contains("sigma", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new SmoothedClassifier(classifier, 0)).Message);
        Assert.Contains("samples", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new SmoothedClassifier(classifier, 1, 0)).Message);
    }
}
