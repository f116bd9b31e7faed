using System.Reflection;
using System.Text;
using Microsoft.ML.Adversarial.Data;

namespace Microsoft.ML.Adversarial.Tool;

/// <summary>Whatever is wrong: one line that says it, the promised exit code, and no file left behind.</summary>
[TestClass]
public sealed class ErrorTests
{
    private readonly TemporaryFolder _folder = new();

    public static IEnumerable<object[]> BadCommandLines =>
    [
        ["no verb", "", "Required command was not provided"],
        ["unknown verb", "atack", "Unknown command or option 'atack'"],
        ["unknown option", "attack {good} --output {out} --frob", "'--frob'"],
        ["no classifier", "attack {rows} {fgsm} --output {out}", "either --network and --weights or --model, got none"],
        ["no weights", "attack --network {folder}/net.json {rows} {fgsm} --output {out}", "or --model, got --network."],
        ["two classifiers", "attack {good} --model m.zip --output {out}", "got --network and --weights and --model"],
        ["bounds of a model", "attack --model m.zip --bounds 0,1 {rows} {fgsm} --output {out}", "brings its own"],
        ["unknown attack", "attack {network} {rows} --attack nope --epsilon 0.1 --output {out}",
            "Unknown attack 'nope': expected one of "],
        ["unknown norm", "attack {good} --norm L0.5 --output {out}", "Unknown norm 'L0.5'"],
        ["unknown setting", "attack {good} --set Step=3 --output {out}", "has no setting 'Step'"],
        ["bad setting", "attack {good} --set Steps --output {out}", "--set: expected a setting such as Steps=40, got 'Steps'"],
        ["setting twice", "attack {good} --set Steps=1 --set steps=2 --output {out}", "expected each setting once, got steps twice"],
        ["setting out of range", "attack {network} {rows} --attack pgd --epsilon 0.1 --set Steps=0 --output {out}",
            "Expected Steps >= 1, got 0."],
        ["setting of another type", "attack {network} {rows} --attack pgd --epsilon 0.1 --set Steps=x --output {out}", "'Steps': expected"],
        ["negative epsilon", "attack {network} {rows} --attack fgsm --epsilon -0.1 --output {out}",
            "--epsilon: expected a number of at least 0"],
        ["NaN epsilon", "attack {network} {rows} --attack fgsm --epsilon NaN --output {out}", "such as 0.1, or inf, got 'NaN'"],
        ["infinite epsilon", "attack {network} {rows} --attack fgsm --epsilon inf --output {out}", "Expected a finite epsilon"],
        ["no rows", "attack {good} --rows 0 --output {out}", "--rows: expected a whole number from 1"],
        ["rows no number", "attack {good} --rows all --output {out}", "got 'all'"],
        ["bad batch size", "attack {good} --batch-size -1 --output {out}", "--batch-size: expected a whole number"],
        ["bad seed", "attack {good} --seed 1.5 --output {out}", "--seed: expected a whole number, got '1.5'"],
        ["bad threads", "attack {good} --threads 0 --output {out}", "--threads: expected a whole number from 1"],
        ["bad bounds", "attack {good} --bounds 1,0 --output {out}", "--bounds: expected two numbers such as 0,1"],
        ["bad targets", "attack {good} --targets previous --output {out}", "'previous'"],
        ["unknown detector", "score {network} {rows} --detector Nope --output {folder}/s.csv",
            "--detector: expected one of FisherTrace, FisherQuadraticForm, NormalisedFisherQuadraticForm, FisherTopEigenvalue, "
                + "FisherSensitivityNorm, MaximumSoftmaxProbability, LogitMargin, "
                + "PredictiveEntropy, Energy, GradientNorm, FeatureSqueezing, got 'Nope'"],
        ["unknown format", "score {network} {rows} --output {folder}/s.txt", "ends in .csv or .safetensors"],
    ];

    public static IEnumerable<object[]> BadFiles =>
    [
        ["missing network", "attack --network {folder}/none.json --weights {folder}/bad --images {bad} --labels {bad}",
            "Expected a network definition at"],
        ["missing model", "attack --model {folder}/none.zip {rows}", "Expected a model at"],
        ["missing images", "attack {network} --images {folder}/none --labels {labels}", "Expected an IDX file at"],
        ["missing labels", "attack {network} --images {images} --labels {folder}/none", "Expected an IDX file at"],
        ["corrupt definition", "attack --network {bad} --weights {weights} {rows}", "expected"],
        ["corrupt weights", "attack --network {folder}/net.json --weights {bad} {rows}", "not safetensors"],
        ["weights of another network", "attack --network {other} --weights {weights} {rows}", "belong to different networks"],
        ["corrupt model", "attack --model {bad} {rows}", "expected a model that ML.NET saved"],
        ["corrupt images", "attack {network} --images {bad} --labels {labels}", "expected an IDX file, which starts with"],
        ["swapped files", "attack {network} --images {labels} --labels {images}", "Are images and labels swapped?"],
        ["too few rows", "attack {network} {rows} --rows 10001", "expected at least 10001 rows, got 10000"],
        ["counts differ", "attack {network} --images {images} --labels {three}",
            "Expected as many labels as images, got 10000 images and 3"],
        ["another image size", "attack {network} --images {small} --labels {three}",
            "expected images of shape [1, 28, 28], as the network reads, got [1, 14, 14]"],
        ["label outside", "attack {network} --images {black} --labels {eleven}",
            "row 1: expected a class from 0 to 9, as the network has 10, got 11"],
        ["images cut", "attack {network} --images {cut} --labels {three}", "row 2: expected 3 rows of 784 bytes"],
        ["pixels outside bounds", "attack {network} {rows} --bounds 0,0.5 --batch-size 2",
            "Row 0: expected a value within the input bounds [0, 0.5]"],
        ["no output folder", "attack {network} {rows} --output {folder}/none/adv.safetensors", "Expected a folder for the output"],
        ["output is a folder", "attack {network} {rows} --output {folder}", "got the folder"],
        ["no summary folder", "attack {network} {rows} --json {folder}/none/s.json", "Expected a folder for the output"],
    ];

    public static string NameOf(MethodInfo test, object[] arguments) => $"{test.Name}: {arguments[0]}";

    [TestCleanup]
    public void DeleteFolder() => _folder.Dispose();

    [TestMethod]
    [DynamicData(nameof(BadCommandLines), DynamicDataDisplayName = nameof(NameOf))]
    public Task A_bad_command_line_is_refused(string name, string arguments, string expected) =>
        AssertFails(name, arguments, expected, ExitCode.Usage);

    [TestMethod]
    [DynamicData(nameof(BadFiles), DynamicDataDisplayName = nameof(NameOf))]
    public Task A_bad_file_is_refused(string name, string arguments, string expected) => AssertFails(
        name, arguments + " {fgsm}" + (arguments.Contains("--output") ? "" : " --output {out}"), expected, ExitCode.Failure);

    private async Task AssertFails(string name, string arguments, string expected, int exitCode)
    {
        foreach (var (place, text) in Places())
        {
            arguments = arguments.Replace(place, text);
        }

        string[] before = Directory.GetFileSystemEntries(_folder.FullName);
        var run = await CommandLineRun.Of(arguments);

        Assert.AreEqual(exitCode, run.ExitCode, run.Error);
        Assert.AreEqual("", run.Output, name);
        StringAssert.StartsWith(run.Error, "error: ");
        StringAssert.Contains(run.Error, expected);
        Assert.HasCount(1, run.Error.TrimEnd().Split('\n'), run.Error);
        CollectionAssert.AreEquivalent(before, Directory.GetFileSystemEntries(_folder.FullName), "Files were left behind.");
    }

    private Dictionary<string, string> Places()
    {
        byte[] black = IdxBytes.Images(3, 28, 28);
        return new()
        {
            ["{good}"] = "{network} {rows} {fgsm}",
            ["{fgsm}"] = "--attack fgsm --epsilon 0.1",
            ["{network}"] = string.Join(' ', MlpFiles.Network(_folder)),
            ["{rows}"] = string.Join(' ', MlpFiles.Rows),
            ["{images}"] = MlpFiles.Images,
            ["{labels}"] = MlpFiles.Labels,
            ["{weights}"] = MlpFiles.Weights,
            ["{out}"] = _folder.File("adv.safetensors"),
            ["{bad}"] = _folder.Write("bad", Encoding.UTF8.GetBytes("neither this nor that")),
            ["{other}"] = _folder.Write("other.json", Encoding.UTF8.GetBytes(OtherDefinition)),
            ["{three}"] = _folder.Write("three", IdxBytes.Labels(0, 1, 2)),
            ["{eleven}"] = _folder.Write("eleven", IdxBytes.Labels(0, 11, 2)),
            ["{small}"] = _folder.Write("small", IdxBytes.Images(3, 14, 14)),
            ["{black}"] = _folder.Write("black", black),
            ["{cut}"] = _folder.Write("cut", black[..^1]),
            ["{folder}"] = _folder.FullName,
        };
    }

    private const string OtherDefinition = """
        { "format": "adversarial-network", "version": 1, "input": [1, 28, 28], "classes": 10,
          "layers": [ { "type": "Flatten" }, { "type": "Linear" } ] }
        """;
}
