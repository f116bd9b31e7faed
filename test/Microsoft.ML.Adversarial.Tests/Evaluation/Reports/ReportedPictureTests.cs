using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Adversarial.Tool;
using Microsoft.ML.Data;
using SkiaSharp;

namespace Microsoft.ML.Adversarial.Evaluation.Reports;

[TestClass]
public sealed class ReportedPictureTests
{
    private static readonly FastGradientMethod Attack = new(Norm.LInfinity, 0.1);

    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void AnAttackIsDrawnAsThePipelineSeesIt()
    {
        IDataView rows = Mnist.Load(_ml, 20);
        ITransformer model = _ml.Transforms.NeuralNetwork(MlpFiles.Classifier()).Fit(rows);

        ReportedPicture picture = ReportedPicture.OfAttack(model, rows, Attack, count: 5);

        IDataView attacked = _ml.Transforms.AdversarialAttack(model, Attack).Fit(rows).Transform(_ml.Data.TakeRows(rows, 5));
        bool[] reached = [.. attacked.GetColumn<bool>("AttackSucceeded")];
        uint[] labels = [.. attacked.GetColumn<uint>("Label")];
        uint[] predicted = [.. model.Transform(_ml.Data.TakeRows(rows, 5)).GetColumn<uint>("PredictedLabel")];
        int broken = Enumerable.Range(0, 5).Count(row => reached[row] && predicted[row] == labels[row]);
        Assert.IsGreaterThan(0, broken);
        StringAssert.Contains(picture.Caption, $"on the first 5 rows: the input, the adversarial input, and their difference; {broken} of them became wrong");
        using SKBitmap drawn = SKBitmap.Decode(picture.Png.ToArray());
        Assert.IsGreaterThan(5 * 28 * 3, drawn.Height);
        Assert.IsTrue(drawn.Pixels.Contains(new SKColor(103, 0, 31)) && drawn.Pixels.Contains(new SKColor(5, 48, 97)), "changes of the whole budget, both ways");
        Assert.IsLessThan(100_000, picture.Png.Length);
        CollectionAssert.AreEqual(picture.Png.ToArray(), ReportedPicture.OfAttack(model, rows, Attack, count: 5).Png.ToArray());
    }

    [TestMethod]
    public void WhatReadsNoImagesIsRefused()
    {
        IDataView rows = Fruit.LoadLabelled(_ml, 60, seed: 1);
        ITransformer network = Fruit.Trainer(_ml, epochs: 1).Fit(rows);
        ITransformer trees = _ml.MulticlassClassification.Trainers.SdcaMaximumEntropy().Fit(rows);

        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => ReportedPicture.OfAttack(network, rows, Attack)).Message,
            "Expected a network that reads images, of shape [height, width] or [1, height, width] (grey) or [3, height, width] (colour), got one that reads [8].");
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => ReportedPicture.OfAttack(trees, rows, Attack)).Message, "without a network");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ReportedPicture.OfAttack(network, rows, Attack, count: 0));
    }
}
