using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.AdaptiveSteps;
using Microsoft.ML.Adversarial.Attacks.Cascades;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Certification;

[TestClass]
public sealed class IntervalCertificateTests
{
    [TestMethod]
    public void BoundsInTheLossMakeMostDigitsCertifiable()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        var (images, labels) = (Mnist.Images(1_000), Mnist.Labels(1_000));
        IntervalCertificate trained = new(RobustDigits.Classifier);
        Assert.IsGreaterThan(0.5, trained.Certify(images, labels, RobustDigits.Epsilon).to(ScalarType.Float64).mean().item<double>());

        using NetworkClassifier ordinary = new(Golden.Network("mlp"), InputBounds.Unit);
        Assert.AreEqual(0, new IntervalCertificate(ordinary).Certify(images, labels, RobustDigits.Epsilon).sum().item<long>());
    }

    [TestMethod]
    public void AutoAttackBreaksNoCertifiedRow()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        NetworkClassifier classifier = RobustDigits.Classifier;
        var (images, labels) = (Mnist.Images(150), Mnist.Labels(150));
        Tensor certified = new IntervalCertificate(classifier).Certify(images, labels, RobustDigits.Epsilon);
        using CascadeResult result = AutoAttack.Standard(Norm.LInfinity, RobustDigits.Epsilon).Evaluate(classifier, images, Goal.Misclassify(labels));

        Assert.AreEqual(0, result.Attacked.Succeeded.logical_and(certified).sum().item<long>());
        Assert.IsGreaterThan(0, result.Attacked.Succeeded.sum().item<long>());
    }

    [TestMethod]
    public void AutoProjectedGradientDescentBreaksNoneOfAThousandRows()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        NetworkClassifier classifier = RobustDigits.Classifier;
        var (images, labels) = (Mnist.Images(1_000), Mnist.Labels(1_000));
        Tensor certified = new IntervalCertificate(classifier).Certify(images, labels, RobustDigits.Epsilon);
        using AttackResult result = new AutoProjectedGradientDescent(Norm.LInfinity, RobustDigits.Epsilon)
            .Run(classifier, images, Goal.Misclassify(labels));

        Assert.AreEqual(0, result.Succeeded.logical_and(certified).sum().item<long>());
        Assert.IsGreaterThan(0, result.Succeeded.sum().item<long>());
    }

    [TestMethod]
    [DataRow("mlp")]
    [DataRow("cnn")]
    public void NoGradientAttackBreaksARowWithinItsOwnLargestEpsilon(string name)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(Golden.Network(name), InputBounds.Unit);
        const int rows = 60;
        Tensor images = Mnist.Images(rows);
        Tensor predicted = TestNetworks.Predictions(classifier, images);
        Tensor largest = new IntervalCertificate(classifier).LargestEpsilon(images, 1);
        Assert.IsGreaterThan(0.9 * rows, largest.gt(0).sum().item<long>());
        for (int row = 0; row < rows; row++)
        {
            double epsilon = largest[row].item<double>();
            using AttackResult result = new ProjectedGradientDescent(Norm.LInfinity, epsilon) { Steps = 10 }
                .Run(classifier, images.narrow(0, row, 1), Goal.Misclassify(predicted.narrow(0, row, 1)));
            Assert.IsFalse(result.Succeeded.item<bool>(), $"row {row}, ε {epsilon}");
        }
    }

    [TestMethod]
    public void OfALinearNetworkTheLargestEpsilonIsTheDistance()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = TwoLinearClasses.Classifier(InputBounds.Unbounded);
        Tensor inputs = TestNetworks.Normal([50, 5]);
        var (gap, slope) = TwoLinearClasses.Gap(classifier, inputs);
        Tensor distance = gap.abs() / slope.abs().sum(1);
        IntervalCertificate certificate = new(classifier);
        Tensor largest = certificate.LargestEpsilon(inputs, 10);
        Assert.IsTrue(largest.le(distance).all().item<bool>());
        Assert.IsLessThanOrEqualTo(1.1e-5, (distance - largest).amax().item<double>());

        foreach (double epsilon in new[] { 0, 0.1, 1 })
        {
            Assert.IsTrue(certificate.Certify(inputs, epsilon).eq(distance.gt(epsilon)).all().item<bool>());
        }
    }

    [TestMethod]
    public void ALabelThatIsNotPredictedIsNeverCertified()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        NetworkClassifier classifier = RobustDigits.Classifier;
        Tensor images = Mnist.Images(100);
        Tensor predicted = TestNetworks.Predictions(classifier, images);
        IntervalCertificate certificate = new(classifier);
        Assert.IsTrue(certificate.Certify(images, predicted, 0.02).eq(certificate.Certify(images, 0.02)).all().item<bool>());
        Assert.AreEqual(0, certificate.Certify(images, (predicted + 1) % 10, 0).sum().item<long>());
        Assert.AreEqual(0, certificate.LargestEpsilon(images, (predicted + 1) % 10, 0.1).amax().item<double>());
        Assert.AreEqual(100, certificate.Certify(images, 0).sum().item<long>());
    }

    [TestMethod]
    public void CertificatesAgreeWithTheLargestEpsilon()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        NetworkClassifier classifier = RobustDigits.Classifier;
        Tensor images = Mnist.Images(300);
        IntervalCertificate certificate = new(classifier);
        Tensor largest = certificate.LargestEpsilon(images, 0.2);
        foreach (double epsilon in new[] { 0.03, 0.1, 0.2 })
        {
            Tensor close = (largest - epsilon).abs().lt(4e-7).logical_and(largest.lt(0.2));
            Assert.IsTrue(certificate.Certify(images, epsilon).eq(largest.ge(epsilon)).logical_or(close).all().item<bool>());
        }

        Assert.IsGreaterThan(0, largest.lt(0.1).sum().item<long>());
        Assert.IsGreaterThan(0, largest.gt(0.1).sum().item<long>());
    }

    [TestMethod]
    public void NothingIsTouchedAndNothingIsLeft()
    {
        using NetworkClassifier classifier = TestNetworks.Classifier(TestNetworks.Images);
        using Tensor inputs = TestNetworks.Uniform([200, 3, 5, 5]);
        using Tensor flat = inputs.flatten(1);
        using Tensor labels = TestNetworks.Classes(200, 4);
        IntervalCertificate certificate = new(classifier);
        Untouched untouched = new(classifier.Module, inputs, labels);
        LiveTensors.AssertNoneLeft(() =>
            [certificate.Certify(inputs, 0.1), certificate.Certify(inputs, labels, 0.1), certificate.LargestEpsilon(flat, 1)]);
        untouched.Verify();
    }

    [TestMethod]
    public void WhatCannotBeCertifiedIsNamed()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = TestNetworks.Classifier(TestNetworks.Images);
        Tensor inputs = TestNetworks.Uniform([2, 3, 5, 5]);
        IntervalCertificate certificate = new(classifier);
        foreach (double epsilon in new[] { -0.1, double.NaN, double.PositiveInfinity })
        {
            Assert.Contains("epsilon", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => certificate.Certify(inputs, epsilon)).Message);
        }

        Assert.Contains("maximum", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => certificate.LargestEpsilon(inputs, 0)).Message);
        Assert.AreEqual(1, Assert.ThrowsExactly<AdversarialInputException>(
            () => certificate.Certify(inputs, tensor(new[] { 0L, 4 }), 0.1)).Row);
        inputs[1, 2, 0, 0] = 1.5f;
        Assert.Contains("input bounds", Assert.ThrowsExactly<AdversarialInputException>(() => certificate.Certify(inputs, 0.1)).Message);
        classifier.Module.train();
        Assert.ThrowsExactly<InvalidOperationException>(() => certificate.Certify(inputs, 0.1));

        using var module = nn.Sequential(nn.Linear(4, 3));
        module.eval();
        using NetworkClassifier foreign = new(module, [4], 3, InputBounds.Unit);
        Assert.Contains("Network", Assert.ThrowsExactly<ArgumentException>(() => new IntervalCertificate(foreign)).Message);
        using NetworkClassifier half = new(SmallNetwork.Created(TestNetworks.Images).ToType(ScalarType.BFloat16), InputBounds.Unit);
        Assert.Contains("BFloat16", Assert.ThrowsExactly<NotSupportedException>(() => new IntervalCertificate(half)).Message);
    }
}
