using System.Globalization;
using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Networks;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Tool;

[TestClass]
public sealed class ScoreVerbTests
{
    private const int Count = 40;

    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void DeleteFolder() => _folder.Dispose();

    [TestMethod]
    public async Task Csv_holds_predictions_and_the_fisher_trace()
    {
        using var scope = NewDisposeScope();
        using var classifier = MlpFiles.Classifier();
        var output = _folder.File("scores.csv");
        var run = await Score(["--images", MlpFiles.Images], output);
        run.RequireSuccess();
        StringAssert.StartsWith(run.Output, "40 rows: Row, PredictedLabel, Probability, FisherTrace");

        string[][] lines = [.. (await File.ReadAllLinesAsync(output)).Select(line => line.Split(','))];
        CollectionAssert.AreEqual(new[] { "Row", "PredictedLabel", "Probability", "FisherTrace" }, lines[0]);
        Assert.HasCount(Count + 1, lines);
        var images = MlpFiles.FirstImages(Count);
        var probabilities = classifier.Logits(images).softmax(1);
        var expected = new FisherTrace(classifier).Score(images).data<float>();
        for (var row = 0; row < Count; row++)
        {
            Assert.AreEqual(row.ToString(CultureInfo.InvariantCulture), lines[row + 1][0]);
            Assert.AreEqual(probabilities[row].argmax().item<long>(), long.Parse(lines[row + 1][1], CultureInfo.InvariantCulture));
            Assert.AreEqual(probabilities[row].max().item<float>(), float.Parse(lines[row + 1][2], CultureInfo.InvariantCulture), 1e-6f);
            Assert.AreEqual(expected[row], float.Parse(lines[row + 1][3], CultureInfo.InvariantCulture), 1e-5f * (1 + expected[row]));
        }
    }

    [TestMethod]
    public async Task Safetensors_hold_the_same_columns()
    {
        using var scope = NewDisposeScope();
        using var classifier = MlpFiles.Classifier();
        var output = _folder.File("scores.safetensors");
        (await Score([.. MlpFiles.Rows, "--batch-size", "40"], output)).RequireSuccess();

        var file = Safetensors.Read(output);
        var images = MlpFiles.FirstImages(Count);
        TensorAssert.AreEqual(arange(Count, ScalarType.Int64), file["Row"]);
        TensorAssert.AreEqual(tensor(MlpFiles.FirstLabels(Count)), file["Label"]);
        TensorAssert.AreEqual(classifier.Logits(images).argmax(1), file["PredictedLabel"]);
        TensorAssert.AreEqual(new FisherTrace(classifier).Score(images), file["FisherTrace"]);
    }

    [TestMethod]
    public async Task Every_detector_that_learns_nothing_has_its_column()
    {
        using var scope = NewDisposeScope();
        using var classifier = MlpFiles.Classifier();
        var images = MlpFiles.FirstImages(Count);
        StatelessDetector[] detectors =
        [
            new MaximumSoftmaxProbability(), new LogitMargin(), new PredictiveEntropy(), new Energy(), new GradientNorm(), new FeatureSqueezing(),
        ];
        foreach (var detector in detectors)
        {
            var name = detector.GetType().Name;
            var output = _folder.File($"{name}.safetensors");
            (await Score(["--images", MlpFiles.Images, "--batch-size", "40", "--detector", name.ToLowerInvariant()], output)).RequireSuccess();
            TensorAssert.AreEqual(detector.On(classifier).Score(images), Safetensors.Read(output)[name]);
        }
    }

    private Task<CommandLineRun> Score(IEnumerable<string> rows, string output) => CommandLineRun.Of(
        ["score", .. MlpFiles.Network(_folder), .. rows, "--rows", $"{Count}", "--output", output]);
}
