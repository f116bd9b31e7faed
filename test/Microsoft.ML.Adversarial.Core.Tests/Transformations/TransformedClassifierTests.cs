using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.FeatureSpace;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transformations;

/// <summary>A transformation and a classifier as one: what it computes, and which gradients come back.</summary>
[TestClass]
public sealed class TransformedClassifierTests
{
    private const int Count = 3;

    private static readonly long[] Image = [3, 6, 5];

    public static IEnumerable<object[]> Transformations => TransformationTable.Rows;

    [TestMethod]
    [DynamicData(nameof(Transformations))]
    public void LogitsAreThoseOfTransformedInputsShapedOrFlat(object transformation)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        (InputTransformation one, LinearProbe probe, Tensor inputs) = Task(transformation);
        Tensor expected = probe.Logits(one.Apply(inputs));

        foreach (Tensor given in new[] { inputs, inputs.flatten(1), inputs.clone().requires_grad_() })
        {
            Tensor actual = TransformedClassifier.Of(probe, one, Image).Logits(given);
            Assert.AreEqual(given.requires_grad, actual.requires_grad);
            // A random transformation's first call draws from a stream of its own.
            Assert.IsTrue(one.IsRandom || (actual - expected).abs().max().item<double>() < 1e-12);
            CollectionAssert.AreEqual(new long[] { Count, 2 }, actual.shape);
        }

        TransformedClassifier classifier = TransformedClassifier.Of(probe, one, Image);
        CollectionAssert.AreEqual(Image, classifier.InputShape.ToArray());
        Assert.AreEqual((float)one.Range.Lower, classifier.Bounds.Lower.Single());
        Assert.AreEqual((float)one.Range.Upper, classifier.Bounds.Upper.Single());
    }

    [TestMethod]
    [DynamicData(nameof(Transformations))]
    public void GradientsAreAsDeclared(object transformation)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        (InputTransformation one, LinearProbe probe, Tensor inputs) = Task(transformation);
        Tensor gradient = LinearProbe.Gradient(TransformedClassifier.Of(probe, one, Image), inputs);
        Tensor expected = one.Gradient switch
        {
            TransformationGradient.Exact => Differences(inputs, moved => TransformedClassifier.Of(probe, one, Image).Logits(moved)),
            TransformationGradient.StraightThrough => probe.Weights.expand_as(inputs),
            _ => Differences(inputs, moved => probe.Logits(SoftThermometer((ThermometerEncoding)one, moved))),
        };
        Assert.IsLessThan(1e-6, (gradient - expected).abs().max().item<double>());
        Assert.IsGreaterThan(0.1, gradient.abs().mean().item<double>());
    }

    [TestMethod]
    [DynamicData(nameof(Transformations))]
    public void EveryCallDrawsAnewAndTheSeedDecidesTheSeries(object transformation)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        (InputTransformation one, LinearProbe probe, Tensor inputs) = Task(transformation);
        byte[][] Series(TransformedClassifier classifier) =>
            [.. Enumerable.Range(0, 3).Select(_ => SmallNetwork.Bits(classifier.Logits(inputs)))];

        TransformedClassifier classifier = TransformedClassifier.Of(probe, one, Image, seed: 5);
        byte[][] first = Series(classifier);
        foreach ((byte[] expected, byte[] actual) in first.Zip(Series(TransformedClassifier.Of(probe, one, Image, seed: 5))))
        {
            CollectionAssert.AreEqual(expected, actual);
        }

        foreach ((byte[] expected, byte[] actual) in first.Zip(Series(classifier.Restarted(5))))
        {
            CollectionAssert.AreEqual(expected, actual, "restarted");
        }

        Assert.AreEqual(one.IsRandom, !first[0].SequenceEqual(first[1]));
        Assert.AreEqual(one.IsRandom, !first[0].SequenceEqual(Series(TransformedClassifier.Of(probe, one, Image, seed: 6))[0]));
    }

    [TestMethod]
    [DynamicData(nameof(Transformations))]
    public void NoTensorsAreLeft(object transformation)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        (InputTransformation one, LinearProbe probe, Tensor inputs) = Task(transformation);
        TransformedClassifier classifier = TransformedClassifier.Of(probe, one, Image);
        LiveTensors.AssertNoneLeft(() => [classifier.Logits(inputs), LinearProbe.Gradient(classifier, inputs)]);
    }

    [TestMethod]
    public void TransformationsCompose()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor inputs = TestNetworks.Uniform([Count, .. Image], type: ScalarType.Float64);
        MedianSmoothing median = new() { Window = 3 };
        ThermometerEncoding thermometer = new() { Levels = 4 };
        LinearProbe probe = new(TestNetworks.Normal([12, 6, 5]));
        TransformedClassifier both = TransformedClassifier.Of(TransformedClassifier.Of(probe, thermometer, Image), median);

        Tensor expected = probe.Logits(thermometer.Apply(median.Apply(inputs)));
        Assert.IsLessThan(1e-12, (both.Logits(inputs) - expected).abs().max().item<double>());
        Tensor soft = Differences(inputs, moved => probe.Logits(SoftThermometer(thermometer, median.Apply(moved))));
        Assert.IsLessThan(1e-6, (LinearProbe.Gradient(both, inputs) - soft).abs().max().item<double>());
    }

    [TestMethod]
    public void AttacksOnHiddenFeaturesGoThroughToo()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using AttackTask task = new();
        TransformedClassifier classifier = TransformedClassifier.Of(task.Classifier, new BitDepthReduction { Bits = 5 });
        IFeatureClassifier withFeatures = Assert.IsInstanceOfType<IFeatureClassifier>(classifier);
        Tensor expected = task.Classifier.FeaturesAndLogits(new BitDepthReduction { Bits = 5 }.Apply(task.Inputs)).Features;
        Assert.IsTrue(withFeatures.FeaturesAndLogits(task.Inputs).Features.allclose(expected));
        Assert.IsFalse(TransformedClassifier.Of(new LinearProbe(torch.ones(4, dtype: ScalarType.Float64)), new BitDepthReduction()) is IFeatureClassifier);
    }

    [TestMethod]
    public void WhatDoesNotFitIsRefused()
    {
        using AttackTask task = new();
        Assert.Contains(
            "ThermometerEncoding changes the shape of inputs: expected their shape before it, got none.",
            Assert.ThrowsExactly<ArgumentException>(() => TransformedClassifier.Of(task.Classifier, new ThermometerEncoding())).Message);
        Assert.Contains(
            "Expected inputs [3, 5, 5] of the classifier, got [48, 5, 5], which ThermometerEncoding makes of [3, 5, 5].",
            Assert.ThrowsExactly<ArgumentException>(() => TransformedClassifier.Of(task.Classifier, new ThermometerEncoding(), [3, 5, 5])).Message);
        Assert.Contains(
            "MedianSmoothing works on images",
            Assert.ThrowsExactly<ArgumentException>(() => TransformedClassifier.Of(task.Classifier, new MedianSmoothing(), [75])).Message);
    }

    [TestMethod]
    public void BudgetsAndBoundsAreThoseBeforeTheTransformation()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using AttackTask task = new();
        TransformedClassifier classifier = TransformedClassifier.Of(task.Classifier, new BitDepthReduction { Bits = 3, Range = new(-1, 1) });
        Tensor inputs = (task.Inputs * 2) - 1;
        Tensor result = new ProjectedGradientDescent(Norm.LInfinity, 0.2).Run(classifier, inputs, task.Goals[0]).Inputs;
        Assert.IsLessThan(0, result.min().item<float>());
        Assert.IsTrue(result.abs().le(1).all().item<bool>());
        Assert.IsLessThanOrEqualTo(0.2 + 1e-6, (result - inputs).abs().max().item<float>());
    }

    private static (InputTransformation Transformation, LinearProbe Probe, Tensor Inputs) Task(object transformation)
    {
        InputTransformation one = ((TransformationCase)transformation).Transformation;
        Tensor unit = TestNetworks.Uniform([Count, .. Image], type: ScalarType.Float64);
        return (one, new(TestNetworks.Normal([.. one.OutputShape(Image)])), (unit * (one.Range.Upper - one.Range.Lower)) + one.Range.Lower);
    }

    // The ramps of the class documentation, bit by bit.
    private static Tensor SoftThermometer(ThermometerEncoding encoding, Tensor inputs)
    {
        (long rows, long channels, long pixels) = (inputs.shape[0], inputs.shape[1], inputs.shape[2] * inputs.shape[3]);
        double[] values = inputs.data<double>().ToArray();
        double[] result = new double[values.Length * encoding.Levels];
        for (int index = 0; index < result.Length; index++)
        {
            (long pixel, long level, long channel) = (index % pixels, index / pixels % encoding.Levels, index / pixels / encoding.Levels);
            double place = (values[(channel * pixels) + pixel] - encoding.Range.Lower) / (encoding.Range.Upper - encoding.Range.Lower);
            result[index] = Math.Clamp(place - ((level + 1.0) / encoding.Levels) + 0.5, 0, 1);
        }

        return torch.tensor(result).reshape(rows, channels * encoding.Levels, inputs.shape[2], inputs.shape[3]);
    }

    private static Tensor Differences(Tensor inputs, Func<Tensor, Tensor> logits)
    {
        const double step = 1e-6;
        Tensor result = torch.zeros_like(inputs);
        for (long feature = 0; feature < inputs.numel() / inputs.shape[0]; feature++)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            Tensor shift = torch.zeros_like(inputs).flatten(1);
            shift.select(1, feature).fill_(step);
            Tensor difference = logits(inputs + shift.reshape(inputs.shape)) - logits(inputs - shift.reshape(inputs.shape));
            result.flatten(1).select(1, feature).copy_(difference.select(1, 0) / (2 * step));
        }

        return result;
    }
}
