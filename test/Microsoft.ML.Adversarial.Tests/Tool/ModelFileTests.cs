using System.Globalization;
using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Evaluation.Files;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.Evaluation.Systems;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Networks.Layers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Adversarial.Trainers;
using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Tool;

/// <summary>Models that ML.NET saved, attacked and scored from the command line.</summary>
[TestClass]
public sealed class ModelFileTests
{
    private const int Count = 30;

    private static readonly NetworkDefinition Small =
        new() { Layers = [new FlattenLayer(), new LinearLayer(16), new ReLULayer(), new LinearLayer()] };

    private static readonly TemporaryFolder Folder = new();
    private static readonly MLContext Context = new(seed: 1);
    private static readonly IDataView Rows = Context.Data.LoadFromIdx(MlpFiles.Images, MlpFiles.Labels);
    private static ITransformer _detecting = null!;
    private static ITransformer _plain = null!;

    [ClassInitialize]
    public static void Train(TestContext context)
    {
        var train = Context.Data.TakeRows(Context.Data.SkipRows(Rows, 100), 1000);
        var trainer = Context.MulticlassClassification.Trainers.NeuralNetwork(
            new NeuralNetworkMulticlassTrainer.Options { Network = Small, Epochs = 3, LearningRate = 0.01, ThreadCount = 1 });
        var scorer = trainer.Append(Context.Transforms.FisherTrace()).Fit(train);
        var calibration = Context.Data.TakeRows(Context.Data.SkipRows(Rows, 2000), 200);
        _plain = scorer.First();
        _detecting = scorer.Append(
            Context.Transforms.AdversarialDetection("FisherTrace", falsePositiveRate: 0.1).Fit(scorer.Transform(calibration)));
        Context.Model.Save(_detecting, train.Schema, Folder.File("detecting.zip"));
        Context.Model.Save(_plain, train.Schema, Folder.File("plain.zip"));

        var scaled = Context.Transforms.NormalizeMinMax("Features").Append(trainer).Fit(train);
        Context.Model.Save(scaled, train.Schema, Folder.File("scaled.zip"));
        var noNetwork = Context.Transforms.CopyColumns("Copy", "Label").Fit(train);
        Context.Model.Save(noNetwork, train.Schema, Folder.File("none.zip"));
    }

    [ClassCleanup]
    public static void DeleteFolder() => Folder.Dispose();

    [TestMethod]
    public async Task Detectors_are_evaluated_under_attacks_that_know_of_them()
    {
        var calibration = WriteImages("calibration-idx3-ubyte", skip: 3000, count: 50);
        var run = await Evaluate(
            "detecting.zip", $"--rows 12 --suite quick --epsilon 0.3 --detection-calibration {calibration} --false-positive-rate 0.1 --report {Folder.File("r.html")} "
                + $"--detection-json {Folder.File("system.json")}");
        run.RequireSuccess();

        var expected = Context.MulticlassClassification.EvaluateRobustDetection(
            _detecting, Context.Data.TakeRows(Rows, 12), Context.Data.TakeRows(Context.Data.SkipRows(Rows, 3000), 50), AttackSuite.Quick(Norm.LInfinity, 0.3), 0.1);
        StringAssert.Contains(run.Output, "detectors         FisherTrace; at most 10.0 % false positives");
        StringAssert.Contains(run.Output, FormattableString.Invariant(
            $"unflagged error   {100 * expected.UnflaggedError.Value:0.00} % ({expected.UnflaggedError.Count} of 12 rows; "));
        foreach (var attack in expected.Attacks)
        {
            StringAssert.Contains(run.Output, $"{attack.Name} ");
        }

        StringAssert.Contains(run.Output, FormattableString.Invariant($"{expected.Detectors[0].Adaptive!.AreaUnderRocCurve:0.000}"));
        foreach (var warning in expected.Warnings)
        {
            StringAssert.Contains(run.Output, $"warning, {warning.Kind}: {warning.Finding}");
        }

        var kept = new SystemMetrics(SystemFile.Read(Folder.File("system.json")));
        Assert.AreEqual(expected.UnflaggedError, kept.UnflaggedError);
        CollectionAssert.AreEqual(expected.Detectors.Select(one => one.Adaptive).ToArray(), kept.Detectors.Select(one => one.Adaptive).ToArray());
        var report = await File.ReadAllTextAsync(Folder.File("r.html"));
        StringAssert.Contains(report, "Detectors under attacks that know of them");
        StringAssert.Contains(report, "on the first 6 rows: the input");
    }

    [TestMethod]
    [DataRow("plain.zip", "{other}", ExitCode.Failure, "expected a chain with detectors that read 'Features'")]
    [DataRow("detecting.zip", "{images}", ExitCode.Failure, "expected other rows than those that are evaluated")]
    [DataRow("detecting.zip", "{other}", ExitCode.Failure, "expected at least 99 calibration rows")]
    [DataRow("detecting.zip", "none", ExitCode.Failure, "none")]
    [DataRow("detecting.zip", "{other} --false-positive-rate 1", ExitCode.Usage, "--false-positive-rate: expected a number between 0 and 1, such as 0.01, got '1'")]
    [DataRow("detecting.zip", "{other} --shard 1/2 --json x.json", ExitCode.Usage, "Expected --detection-calibration without --shard, got both")]
    public async Task Detectors_that_cannot_be_evaluated_are_refused_at_once(string model, string calibration, int exitCode, string expected)
    {
        var rows = calibration.Replace("{images}", MlpFiles.Images).Replace("{other}", WriteImages("other-idx3-ubyte", skip: 3000, count: 20));
        var run = await Evaluate(model, $"--rows 12 --suite quick --epsilon 0.3 --detection-calibration {rows}");

        Assert.AreEqual(exitCode, run.ExitCode, run.Error);
        StringAssert.Contains(run.Error, expected);
        Assert.AreEqual("", run.Output);
    }

    [TestMethod]
    public async Task Detectors_of_a_table_are_evaluated_too()
    {
        var rows = FruitRow.Create(90, seed: 1);
        var view = Context.Data.LoadFromEnumerable(rows);
        var scorer = Fruit.Labels(Context).Append(Context.Transforms.NormalizeMinMax("Features")).Append(Fruit.Trainer(Context)).Fit(view);
        var model = scorer.Append(Context.Transforms.DetectorScore(new LogitMargin(), scorer).Fit(scorer.Transform(view)));
        Context.Model.Save(model, view.Schema, Folder.File("fruit.zip"));
        string[] arguments = ["evaluate", "--model", Folder.File("fruit.zip"), "--data", WriteTable("rows.csv", rows[..30])];

        string[] options = ["--suite", "quick", "--epsilon", "0.4", "--detection-calibration", WriteTable("clean.csv", rows[30..]), "--false-positive-rate", "0.1"];
        var run = await CommandLineRun.Of([.. arguments, .. options]);
        run.RequireSuccess();

        StringAssert.Contains(run.Output, "detectors         LogitMargin; at most 10.0 % false positives");
        StringAssert.Contains(run.Output, "adaptive LogitMargin, selective");
        var columns = await CommandLineRun.Of([.. arguments, .. options, "--numbers", "Features"]);
        Assert.AreEqual(ExitCode.Usage, columns.ExitCode);
        StringAssert.Contains(columns.Error, "Expected --detection-calibration without --numbers, got both");
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task Scores_are_those_of_the_models_own_chain(bool withLabels)
    {
        var output = Folder.File("scores.csv");
        (await Score("detecting.zip", output, withLabels)).RequireSuccess();

        string[][] lines = [.. (await File.ReadAllLinesAsync(output)).Select(line => line.Split(','))];
        string[] names = ["PredictedLabel", "Probability", "FisherTrace", "PValue", "IsAdversarial"];
        CollectionAssert.AreEqual(withLabels ? ["Row", "Label", .. names] : (string[])["Row", .. names], lines[0]);
        var scored = _detecting.Transform(Context.Data.TakeRows(Rows, Count));
        string[] Cells(string name) => [.. lines.Skip(1).Select(line => line[Array.IndexOf(lines[0], name)])];
        CollectionAssert.AreEqual(
            scored.GetColumn<uint>("PredictedLabel").Select(key => $"{key - 1}").ToArray(), Cells("PredictedLabel"));
        CollectionAssert.AreEqual(
            scored.GetColumn<bool>("IsAdversarial").Select(flag => flag ? "true" : "false").ToArray(), Cells("IsAdversarial"));
        AssertClose(scored.GetColumn<float>("FisherTrace"), Cells("FisherTrace"));
        AssertClose(scored.GetColumn<float>("PValue"), Cells("PValue"));
        AssertClose(scored.GetColumn<float>("Probability"), Cells("Probability"));
    }

    [TestMethod]
    public async Task A_model_without_a_detector_gets_one()
    {
        using var scope = NewDisposeScope();
        var output = Folder.File("plain.safetensors");
        (await Score("plain.zip", output, withLabels: true)).RequireSuccess();

        var file = Safetensors.Read(output);
        CollectionAssert.AreEquivalent(
            new[] { "Row", "Label", "PredictedLabel", "Probability", "FisherTrace" }, file.Keys.ToArray());
        var expected = _detecting.Transform(Context.Data.TakeRows(Rows, Count)).GetColumn<float>("FisherTrace").ToArray();
        TensorAssert.AreClose(tensor(expected), file["FisherTrace"]);
        TensorAssert.AreEqual(tensor(MlpFiles.FirstLabels(Count)), file["Label"]);
    }

    [TestMethod]
    public async Task An_attack_fools_the_model_it_was_made_on()
    {
        using var scope = NewDisposeScope();
        var output = Folder.File("adv.safetensors");
        (await Attack("detecting.zip", output)).RequireSuccess();

        var file = Safetensors.Read(output);
        var network = ((NeuralNetworkMulticlassTransformer)_plain).Model;
        var predicted = network.Logits(file["adversarial"]).argmax(1);
        TensorAssert.AreEqual(predicted, file["predicted"]);
        TensorAssert.AreEqual(predicted.ne(tensor(MlpFiles.FirstLabels(Count))), file["success"]);
        Assert.IsGreaterThan(Count / 2, file["success"].sum().item<long>());
    }

    [TestMethod]
    [DataRow("scaled.zip", "whose column 'Features' an earlier step computes")]
    [DataRow("none.zip", "expected a model with a NeuralNetwork step, got one without")]
    public async Task A_model_that_cannot_be_attacked_is_refused(string model, string expected)
    {
        var output = Folder.File("never.safetensors");
        var run = await Attack(model, output);
        Assert.AreEqual(ExitCode.Failure, run.ExitCode);
        StringAssert.Contains(run.Error, expected);
        Assert.IsFalse(File.Exists(output));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task A_damaged_model_is_refused(bool isCut)
    {
        var bytes = await File.ReadAllBytesAsync(Folder.File("plain.zip"));
        bytes.AsSpan(bytes.Length / 2, 8).Clear();
        Folder.Write("damaged.zip", isCut ? bytes[..(bytes.Length / 2)] : bytes);
        var output = Folder.File("never.safetensors");
        var run = await Attack("damaged.zip", output);
        Assert.AreEqual(ExitCode.Failure, run.ExitCode, run.Error);
        StringAssert.Contains(run.Error, "expected a model that ML.NET saved");
        Assert.HasCount(1, run.Error.TrimEnd().Split('\n'), run.Error);
        Assert.IsFalse(File.Exists(output));
    }

    [TestMethod]
    public async Task A_model_whose_earlier_steps_compute_the_features_can_be_scored()
    {
        var output = Folder.File("scaled.csv");
        (await Score("scaled.zip", output, withLabels: true)).RequireSuccess();
        Assert.HasCount(Count + 1, await File.ReadAllLinesAsync(output));
    }

    private static Task<CommandLineRun> Score(string model, string output, bool withLabels) => CommandLineRun.Of(
    [
        "score", "--model", Folder.File(model), .. withLabels ? MlpFiles.Rows : ["--images", MlpFiles.Images], "--rows", $"{Count}",
        "--output", output,
    ]);

    private static Task<CommandLineRun> Attack(string model, string output) => CommandLineRun.Of(
    [
        "attack", "--model", Folder.File(model), .. MlpFiles.Rows, "--rows", $"{Count}", "--attack", "pgd", "--epsilon", "0.3",
        "--output", output,
    ]);

    private static void AssertClose(IEnumerable<float> expected, string[] actual)
    {
        foreach (var (value, text) in expected.Zip(actual))
        {
            Assert.AreEqual(value, float.Parse(text, CultureInfo.InvariantCulture), 1e-5f * (1 + Math.Abs(value)));
        }
    }

    private static Task<CommandLineRun> Evaluate(string model, string options) =>
        CommandLineRun.Of(["evaluate", "--model", Folder.File(model), .. MlpFiles.Rows, .. options.Split(' ')]);

    private static string WriteImages(string name, int skip, int count)
    {
        var pixels = Context.Data.TakeRows(Context.Data.SkipRows(Rows, skip), count).GetColumn<float[]>("Features")
            .SelectMany(row => row).Select(value => (byte)Math.Round(255 * value));
        return Folder.Write(name, [0, 0, 8, 3, 0, 0, 0, (byte)count, 0, 0, 0, 28, 0, 0, 0, 28, .. pixels]);
    }

    private static string WriteTable(string name, IEnumerable<FruitRow> rows)
    {
        var path = Folder.File(name);
        File.WriteAllLines(
            path,
            [
                $"Id,Kind,Code,IsApple,Target,{string.Join(',', Enumerable.Range(0, FruitRow.FeatureCount).Select(index => $"F{index}"))}".Replace("F0", "Features"),
                .. rows.Select(row => FormattableString.Invariant($"{row.Id},{row.Kind},{row.Code},{row.IsApple},{row.Target},")
                    + string.Join(',', row.Features.Select(value => value.ToString("R", CultureInfo.InvariantCulture)))),
            ]);
        return path;
    }
}
