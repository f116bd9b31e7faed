using Microsoft.ML.Adversarial.Classifiers.Pipelines;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Classifiers;

[TestClass]
public sealed class PipelineClassifierTests
{
    private readonly MLContext ml = new(seed: 1);

    // Multiclass with probabilities, one-versus-all with and without them, binary with and without calibration, trees and linear models.
    public static IEnumerable<object[]> Models =>
    [
        ["maximum entropy", Chain(ml => Multiclass(ml, ml.MulticlassClassification.Trainers.SdcaMaximumEntropy("Key")))],
        ["linear, not calibrated", Chain(ml => Multiclass(ml, ml.MulticlassClassification.Trainers.SdcaNonCalibrated("Key")))],
        ["trees, one against all", Chain(ml => Multiclass(ml, ml.MulticlassClassification.Trainers.OneVersusAll(ml.BinaryClassification.Trainers.FastTree("Key", numberOfTrees: 5), "Key")))],
        ["forest, margins", Chain(ml => Multiclass(ml, ml.MulticlassClassification.Trainers.OneVersusAll(ml.BinaryClassification.Trainers.FastForest("Key", numberOfTrees: 5), "Key", useProbabilities: false)))],
        ["boosted trees", Chain(ml => Loan.Features(ml).Append(ml.BinaryClassification.Trainers.FastTree(nameof(Loan.IsGranted), numberOfTrees: 5)))],
        ["perceptron", Chain(ml => Loan.Features(ml).Append(ml.BinaryClassification.Trainers.AveragedPerceptron(nameof(Loan.IsGranted))))],
    ];

    [TestMethod]
    [DynamicData(nameof(Models))]
    public void TheLargestLogitIsOfTheClassThatTheModelPredicts(string name, Func<MLContext, IEstimator<ITransformer>> chain)
    {
        IDataView data = ml.Data.LoadFromEnumerable(Loan.Some(300));
        ITransformer model = chain(ml).Fit(data);
        PipelineClassifier classifier = ml.Model.CreatePipelineClassifier(model, data);
        using DisposeScope scope = NewDisposeScope();

        Tensor inputs = classifier.Encode(data);
        Tensor logits = classifier.Logits(inputs);

        long[] predicted = logits.argmax(1).data<long>().ToArray();
        IDataView scored = model.Transform(data);
        long[] expected = scored.Schema["PredictedLabel"].Type is KeyDataViewType
            ? [.. scored.GetColumn<uint>("PredictedLabel").Select(key => key - 1L)]
            : [.. scored.GetColumn<bool>("PredictedLabel").Select(label => label ? 1L : 0)];
        CollectionAssert.AreEqual(expected, predicted, name);
        Assert.AreEqual(300, classifier.QueryCount);

        Tensor labels = classifier.EncodeLabels(data, classifier.ClassCount == 2 ? nameof(Loan.IsGranted) : "Key");
        Assert.IsGreaterThan(0.6, labels.eq(logits.argmax(1)).to(ScalarType.Float64).mean().item<double>(), name);
    }

    [TestMethod]
    public void LogitsAreLogarithmsOfProbabilities()
    {
        IDataView data = ml.Data.LoadFromEnumerable(Loan.Some(100));
        ITransformer model = Multiclass(ml, ml.MulticlassClassification.Trainers.SdcaMaximumEntropy("Key")).Fit(data);
        PipelineClassifier classifier = ml.Model.CreatePipelineClassifier(model, data);
        using DisposeScope scope = NewDisposeScope();

        float[] probabilities = classifier.Logits(classifier.Encode(data)).exp().data<float>().ToArray();

        float[] expected = [.. model.Transform(data).GetColumn<float[]>("Score").SelectMany(row => row)];
        for (int index = 0; index < expected.Length; index++)
        {
            Assert.AreEqual(expected[index], probabilities[index], 1e-6f);
        }
    }

    [TestMethod]
    public void ThresholdsOfBinaryModelsDecide()
    {
        IDataView data = ml.Data.LoadFromEnumerable(Loan.Some(200));
        ITransformer features = Loan.Features(ml).Fit(data);
        var predictor = ml.BinaryClassification.Trainers.AveragedPerceptron(nameof(Loan.IsGranted)).Fit(features.Transform(data));
        ITransformer strict = features.Append(ml.BinaryClassification.ChangeModelThreshold(predictor, 2f));
        PipelineClassifier classifier = ml.Model.CreatePipelineClassifier(strict, data);
        using DisposeScope scope = NewDisposeScope();

        bool[] predicted = [.. classifier.Logits(classifier.Encode(data)).argmax(1).data<long>().Select(index => index == 1)];

        bool[] expected = [.. strict.Transform(data).GetColumn<bool>("PredictedLabel")];
        CollectionAssert.AreEqual(expected, predicted);
        CollectionAssert.AreNotEqual(expected, features.Append(predictor).Transform(data).GetColumn<bool>("PredictedLabel").ToArray());
    }

    [TestMethod]
    public void OnlyColumnsThatTheScoresDependOnAreInputs()
    {
        IDataView data = ml.Data.LoadFromEnumerable(Loan.Some(100));
        PipelineClassifier classifier = Classifier(data, new() { CategoryColumns = [nameof(Loan.City)] });

        CollectionAssert.AreEqual(
            new[] { "Income", "Age", "Debts[0]", "Debts[1]", "City=Aachen", "City=Bonn", "City=Cologne", "IsMember" }.Order().ToArray(),
            classifier.Features.Select(feature => feature.Name).Order().ToArray());
        Assert.AreEqual(PipelineFeatureKind.Number, Feature("Income").Kind);
        Assert.AreEqual(PipelineFeatureKind.WholeNumber, Feature("Age").Kind);
        Assert.AreEqual(PipelineFeatureKind.Category, Feature("City=Bonn").Kind);
        Assert.AreEqual(PipelineFeatureKind.Frozen, Feature("IsMember").Kind);
        Assert.HasCount(1, classifier.Constraints.OneHot);
        Assert.HasCount(3, classifier.Constraints.OneHot[0]);

        PipelineFeature Feature(string name) => classifier.Features.Single(feature => feature.Name == name);
    }

    [TestMethod]
    public void DecodedInputsAreTheRowsAgain()
    {
        Loan[] loans = Loan.Some(50);
        IDataView data = ml.Data.LoadFromEnumerable(loans);
        PipelineClassifier classifier = Classifier(data, new() { CategoryColumns = [nameof(Loan.City), nameof(Loan.IsMember)] });
        using DisposeScope scope = NewDisposeScope();
        Tensor inputs = classifier.Encode(data);

        Loan[] decoded = [.. ml.Data.CreateEnumerable<Loan>(classifier.Decode(inputs, data), reuseRowObject: false)];

        for (int row = 0; row < loans.Length; row++)
        {
            Assert.AreEqual(loans[row].Income, decoded[row].Income);
            Assert.AreEqual(loans[row].Age, decoded[row].Age);
            Assert.AreEqual(loans[row].Debts[1], decoded[row].Debts[1], 1e-6);
            Assert.AreEqual(loans[row].City, decoded[row].City);
            Assert.AreEqual(loans[row].IsMember, decoded[row].IsMember);
            Assert.AreEqual(loans[row].Remark, decoded[row].Remark);
            Assert.AreEqual(loans[row].Decision, decoded[row].Decision);
        }

        CollectionAssert.AreEqual(Bits(inputs), Bits(classifier.Encode(classifier.Decode(inputs))));
    }

    [TestMethod]
    public void ALoadedModelIsTheSameClassifier()
    {
        IDataView data = ml.Data.LoadFromEnumerable(Loan.Some(100));
        ITransformer model = Multiclass(ml, ml.MulticlassClassification.Trainers.SdcaMaximumEntropy("Key")).Fit(data);
        using MemoryStream stream = new();
        ml.Model.Save(model, data.Schema, stream);
        stream.Position = 0;
        ITransformer loaded = new MLContext(2).Model.Load(stream, out _);
        using DisposeScope scope = NewDisposeScope();
        PipelineClassifier before = ml.Model.CreatePipelineClassifier(model, data);
        PipelineClassifier after = ml.Model.CreatePipelineClassifier(loaded, data);

        CollectionAssert.AreEqual(Bits(before.Logits(before.Encode(data))), Bits(after.Logits(after.Encode(data))));
    }

    [TestMethod]
    public void SeveralThreadsMayAskAtOnce()
    {
        IDataView data = ml.Data.LoadFromEnumerable(Loan.Some(64));
        PipelineClassifier classifier = Classifier(data, new());
        using Tensor inputs = classifier.Encode(data);
        using Tensor expected = classifier.Logits(inputs);
        float[] bits = Bits(expected);

        Parallel.For(0, 16, _ =>
        {
            using Tensor logits = classifier.Logits(inputs);
            CollectionAssert.AreEqual(bits, Bits(logits));
        });

        Assert.AreEqual(17 * 64, classifier.QueryCount);
    }

    [TestMethod]
    public void ItLeavesNoTensorsBehind()
    {
        IDataView data = ml.Data.LoadFromEnumerable(Loan.Some(20));
        PipelineClassifier classifier = Classifier(data, new());
        Assert.AreEqual(0, LiveTensors.LeftBy(() =>
        {
            using Tensor inputs = classifier.Encode(data);
            using Tensor logits = classifier.Logits(inputs);
            classifier.Decode(inputs);
            classifier.EncodeLabels(data, nameof(Loan.IsGranted)).Dispose();
        }));
    }

    private PipelineClassifier Classifier(IDataView data, PipelineClassifierOptions options) => ml.Model.CreatePipelineClassifier(
        Loan.Features(ml).Append(ml.BinaryClassification.Trainers.FastTree(nameof(Loan.IsGranted), numberOfTrees: 5)).Fit(data), data, options);

    private static Func<MLContext, IEstimator<ITransformer>> Chain(Func<MLContext, IEstimator<ITransformer>> chain) => chain;

    private static IEstimator<ITransformer> Multiclass(MLContext ml, IEstimator<ITransformer> trainer) =>
        ml.Transforms.Conversion.MapValueToKey("Key", nameof(Loan.Decision)).Append(Loan.Features(ml)).Append(trainer);

    private static float[] Bits(Tensor values) => values.data<float>().ToArray();
}
