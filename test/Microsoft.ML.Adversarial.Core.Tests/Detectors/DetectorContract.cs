using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>What every detector keeps to.</summary>
[TestClass]
public sealed class DetectorContract
{
    private const int Rows = 48;

    private readonly NetworkClassifier classifier = new(Golden.Network("cnn"), InputBounds.Unit);
    private readonly Tensor images = Mnist.Images(Rows);

    public static IEnumerable<object[]> Detectors => DetectorTable.Rows;

    [TestCleanup]
    public void Free()
    {
        classifier.Dispose();
        images.Dispose();
    }

    [TestMethod]
    [DynamicData(nameof(Detectors))]
    public void EachRowHasAFiniteScoreOfItsOwn(object detector)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        IFittedDetector one = ((DetectorCase)detector).Create(classifier);

        Tensor scores = one.Score(images);

        CollectionAssert.AreEqual(new long[] { Rows }, scores.shape);
        Assert.AreEqual(classifier.ElementType, scores.dtype);
        Assert.IsFalse(scores.requires_grad);
        Assert.IsTrue(scores.isfinite().all().item<bool>());
        CollectionAssert.AreEqual(SmallNetwork.Bits(scores), SmallNetwork.Bits(one.Score(images)), "not deterministic");
        Tensor byRow = torch.cat([.. Enumerable.Range(0, 8).Select(row => one.Score(images.narrow(0, row, 1)))]);

        // A difference has no relative error near 0: its rounding is measured by how far scores spread.
        Tensor size = scores.abs() + (((DetectorCase)detector).IsDifference ? scores.std() : torch.zeros(1));
        Assert.IsLessThan(1e-4, ((byRow - scores.narrow(0, 0, 8)).abs() / size.narrow(0, 0, 8)).max().item<float>(), "depends on the batch");
        Assert.IsGreaterThan(Rows / 2, scores.data<float>().ToArray().Distinct().Count(), "scores say nothing");
    }

    [TestMethod]
    [DynamicData(nameof(Detectors))]
    public void EverythingElseIsLeftAsItWas(object detector)
    {
        IFittedDetector one = ((DetectorCase)detector).Create(classifier);
        Untouched untouched = new(classifier.Module, images);
        one.Score(images).Dispose();
        untouched.Verify();
    }

    [TestMethod]
    [DynamicData(nameof(Detectors))]
    public void TheCallersGradModeDoesNotMatter(object detector)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        IFittedDetector one = ((DetectorCase)detector).Create(classifier);
        byte[] expected = SmallNetwork.Bits(one.Score(images));
        using (torch.no_grad())
        {
            CollectionAssert.AreEqual(expected, SmallNetwork.Bits(one.Score(images)));
        }

        using (torch.inference_mode())
        {
            CollectionAssert.AreEqual(expected, SmallNetwork.Bits(one.Score(images + 0)));
            Assert.IsTrue(torch.is_inference_mode_enabled());
        }
    }

    [TestMethod]
    [DynamicData(nameof(Detectors))]
    public void NoTensorsAreLeft(object detector)
    {
        IFittedDetector one = ((DetectorCase)detector).Create(classifier);
        LiveTensors.AssertNoneLeft(() => [one.Score(images)]);
    }

    [TestMethod]
    [DynamicData(nameof(Detectors))]
    public void AttackedRowsLookMoreSuspicious(object detector)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        IFittedDetector one = ((DetectorCase)detector).Create(classifier);
        Goal goal = Goal.Misclassify(Mnist.Labels(Rows));
        AttackResult attacked = new ProjectedGradientDescent(Norm.LInfinity, 0.1) { Steps = 20 }.Run(classifier, images, goal);

        float[] clean = one.Score(images).data<float>().ToArray();
        float[] adversarial = one.Score(attacked.Inputs).data<float>().ToArray();

        // The area under the ROC curve is the share of pairs in which the attacked row scores higher.
        double area = clean.Average(low => adversarial.Average(high => high > low ? 1 : high == low ? 0.5 : 0));
        Assert.IsGreaterThan(0.6, area);
    }
}
