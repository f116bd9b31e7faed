using System.Text.RegularExpressions;
using Microsoft.ML.Adversarial.Evaluation.Files;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Data;
using SkiaSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Tool;

/// <summary>Networks evaluated from the command line, in one part and in several.</summary>
[TestClass]
public sealed partial class EvaluateVerbTests
{
    private const string WithoutProbes = "--suite quick --epsilon 0.05 --rows 96 --batch-size 16 --seed 5";
    private const string Quick = WithoutProbes + " --probe-rows 4";

    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void DeleteFolder() => _folder.Dispose();

    [TestMethod]
    public async Task The_file_holds_what_an_evaluation_in_code_records()
    {
        var run = await Evaluate($"{Quick} --report {_folder.File("a.html")} --json", _folder.File("a.json"));
        run.RequireSuccess();

        using var scope = NewDisposeScope();
        using var classifier = MlpFiles.Classifier();
        var expected = RobustnessEvaluation.Run(
            classifier, [.. Enumerable.Range(0, 10).Select(index => $"{index}")],
            EvaluationBatch.Of(MlpFiles.FirstImages(96), tensor(MlpFiles.FirstLabels(96)), 16), AttackSuite.Quick(Norm.LInfinity, 0.05),
            new() { BatchSize = 16, Seed = 5, ProbeRows = 4 });
        var actual = EvaluationFile.Read(_folder.File("a.json"));
        CollectionAssert.AreEqual(expected.Record.Classes.ToArray(), actual.Classes.ToArray());
        CollectionAssert.AreEqual(expected.Record.Rows.Select(row => row.Fingerprint).ToArray(), actual.Rows.Select(row => row.Fingerprint).ToArray());
        CollectionAssert.AreEqual(
            expected.Record.Rows.SelectMany(row => row.Outcomes).ToArray(), actual.Rows.SelectMany(row => row.Outcomes).ToArray());
        CollectionAssert.AreEqual(expected.Record.Probes.ToArray(), actual.Probes.ToArray());
        Assert.IsNotNull(actual.ModelFingerprint);
        Assert.IsNotNull(actual.DataFingerprint);
        StringAssert.Contains(run.Output, FormattableString.Invariant($"robust accuracy   {100 * expected.RobustAccuracy.Value:0.00} % ({expected.RobustAccuracy.Count} of 96 rows"));
        StringAssert.Contains(run.Output, "Quick, Linf <= 0.05, seed 5");
        foreach (var attack in expected.Attacks)
        {
            StringAssert.Contains(run.Output, attack.Name);
        }

        foreach (var warning in expected.Warnings)
        {
            StringAssert.Contains(run.Output, $"warning, {warning.Kind}: {warning.Finding}");
        }

        var report = await File.ReadAllTextAsync(_folder.File("a.html"));
        StringAssert.Contains(report, "Robustness of net.json");
        var best = expected.Attacks.Where(attack => !attack.Attack.IsBlackBox).MaxBy(attack => attack.Success.Count)!;
        StringAssert.Contains(report, $"alt=\"{best.Attack.Settings.Replace("<", "&lt;")} on the first 6 rows: the input, the adversarial input");
        StringAssert.Contains(run.Error, "evaluating with Quick: 96 of 96 rows");
    }

    [TestMethod]
    public async Task Four_parts_one_of_them_another_process_are_the_whole()
    {
        (await Evaluate($"{Quick} --json", _folder.File("whole.json"))).RequireSuccess();
        for (var part = 1; part <= 4; part++)
        {
            string[] arguments = [.. Arguments($"{Quick} --shard {part}/4 --json"), _folder.File($"part-{part}.json")];
            (part == 3 ? await ToolProcess.Run([.. arguments, "--threads", "1"]) : await CommandLineRun.Of(arguments)).RequireSuccess();
        }

        string[] parts = [.. new[] { 4, 1, 3, 2 }.Select(part => _folder.File($"part-{part}.json"))];
        string[] outputs = ["--output", _folder.File("merged.json"), "--report", _folder.File("merged.html")];
        (await CommandLineRun.Of(["merge", .. parts, .. outputs])).RequireSuccess();

        StringAssert.Contains(await File.ReadAllTextAsync(_folder.File("merged.html")), "Robustness of merged");
        Assert.AreEqual(await WithoutTimes("whole.json"), await WithoutTimes("merged.json"));
        Assert.HasCount(32, EvaluationFile.Read(parts[1]).Rows);
        var missing = await CommandLineRun.Of(["merge", .. parts[..3], "--output", _folder.File("never.json")]);
        Assert.AreEqual(ExitCode.Failure, missing.ExitCode);
        StringAssert.Contains(missing.Error, "Expected all 4 parts, got none for 2.");
        Assert.IsFalse(File.Exists(_folder.File("never.json")));
    }

    [TestMethod]
    public async Task Parts_of_other_data_or_other_models_are_not_joined()
    {
        (await Evaluate($"{WithoutProbes} --probe-rows 0 --shard 1/2 --json", _folder.File("first.json"))).RequireSuccess();
        var labels = await File.ReadAllBytesAsync(MlpFiles.Labels);
        var copy = _folder.Write("labels.gz", [.. labels, .. new byte[8]]);
        string[] others = ["evaluate", .. MlpFiles.Network(_folder), "--images", MlpFiles.Images, "--labels", copy];
        var options = $"{WithoutProbes} --probe-rows 0 --shard 2/2 --json".Split(' ');
        (await CommandLineRun.Of([.. others, .. options, _folder.File("other.json")])).RequireSuccess();
        (await CommandLineRun.Of([.. Arguments($"{WithoutProbes} --probe-rows 0 --bounds -1,2 --shard 2/2 --json"), _folder.File("bounds.json")])).RequireSuccess();

        foreach (var (file, expected) in new[] { ("other.json", "another data"), ("bounds.json", "another model") })
        {
            var run = await CommandLineRun.Of(["merge", _folder.File("first.json"), _folder.File(file), "--output", _folder.File("never.json")]);
            Assert.AreEqual(ExitCode.Failure, run.ExitCode);
            StringAssert.Contains(run.Error, expected);
        }
    }

    [TestMethod]
    public async Task A_folder_of_images_holds_the_same_rows_as_the_idx_files()
    {
        const int count = 70;
        using var scope = NewDisposeScope();
        var (images, labels) = (MlpFiles.FirstImages(count), MlpFiles.FirstLabels(count));
        for (var row = 0; row < count; row++)
        {
            WriteImage(images[row, 0], Path.Combine(_folder.FullName, "test", $"{labels[row]}"), $"{row:00}.png");
        }

        var options = $"--suite quick --epsilon 0.05 --rows {count} --probe-rows 0";
        string[] folder = ["evaluate", .. MlpFiles.Network(_folder), "--images", _folder.File("test"), .. options.Split(' ')];
        (await CommandLineRun.Of([.. folder, "--json", _folder.File("folder.json")])).RequireSuccess();
        (await Evaluate($"{options} --json", _folder.File("idx.json"))).RequireSuccess();

        var (fromFolder, fromIdx) = (EvaluationFile.Read(_folder.File("folder.json")), EvaluationFile.Read(_folder.File("idx.json")));
        CollectionAssert.AreEquivalent(fromIdx.Rows.Select(row => row.Fingerprint).ToArray(), fromFolder.Rows.Select(row => row.Fingerprint).ToArray());
        CollectionAssert.AreEqual(Enumerable.Range(0, 10).ToArray(), fromFolder.Rows.Take(10).Select(row => row.Label).ToArray());
        Assert.AreEqual(new RobustnessMetrics(fromIdx).CleanAccuracy, new RobustnessMetrics(fromFolder).CleanAccuracy);
    }

    [TestMethod]
    public async Task Cancelled_before_a_batch_it_writes_nothing()
    {
        var run = await CommandLineRun.Of([.. Arguments($"{Quick} --json"), _folder.File("never.json")], new CancellationToken(canceled: true));

        Assert.AreEqual(ExitCode.Cancelled, run.ExitCode);
        Assert.IsFalse(File.Exists(_folder.File("never.json")));
    }

    [TestMethod]
    [DataRow("--suite nope --epsilon 0.1", ExitCode.Usage, "--suite: expected one of auto, quick, standard, minimum-norm, black-box, full, got 'nope'")]
    [DataRow("--suite standard --norm L0 --epsilon 5", ExitCode.Usage, "L0")]
    [DataRow("--norm L0.5 --epsilon 5", ExitCode.Usage, "Unknown norm 'L0.5'")]
    [DataRow("--suite quick", ExitCode.Usage, "--epsilon")]
    [DataRow("--epsilon 0", ExitCode.Usage, "--epsilon: expected a number above 0, such as 0.1, got '0'")]
    [DataRow("--epsilon 0.1 --shard 0/4 --json x", ExitCode.Usage, "--shard: expected a part such as 1/4, from 1/n to n/n, got '0/4'")]
    [DataRow("--epsilon 0.1 --shard 5/4 --json x", ExitCode.Usage, "got '5/4'")]
    [DataRow("--epsilon 0.1 --shard 1/4", ExitCode.Usage, "Expected --json beside --shard, got none")]
    [DataRow("--epsilon 0.1 --probe-rows -1", ExitCode.Usage, "--probe-rows: expected a whole number from 0")]
    [DataRow("--epsilon 0.1 --categories City", ExitCode.Usage, "Expected --categories only beside --data")]
    [DataRow("--epsilon 0.1 --json {folder}/none/a.json", ExitCode.Failure, "Expected a folder for the output")]
    [DataRow("--epsilon 0.1 --report {folder}/none/a.html", ExitCode.Failure, "Expected a folder for the output")]
    [DataRow("--epsilon 0.1 --detection-calibration x", ExitCode.Usage, "Expected --model beside --detection-calibration, got none")]
    [DataRow("--epsilon 0.1 --false-positive-rate 0.1", ExitCode.Usage, "Expected --false-positive-rate only beside --detection-calibration")]
    [DataRow("--epsilon 0.1 --detection-json x.json", ExitCode.Usage, "Expected --detection-json only beside --detection-calibration")]
    [DataRow("--epsilon 0.1 --rows 10001", ExitCode.Failure, "expected at least 10001 rows, got 10000")]
    [DataRow("--epsilon 0.1 --rows 1", ExitCode.Failure, "expected rows of at least two classes")]
    public async Task What_is_wrong_is_one_line(string options, int exitCode, string expected)
    {
        var run = await CommandLineRun.Of(Arguments(options.Replace("{folder}", _folder.FullName)));

        Assert.AreEqual(exitCode, run.ExitCode, run.Error);
        StringAssert.Contains(run.Error, expected);
        Assert.HasCount(1, run.Error.TrimEnd().Split('\n'), run.Error);
        Assert.AreEqual("", run.Output);
    }

    [TestMethod]
    public async Task A_folder_that_does_not_fit_is_refused()
    {
        using var scope = NewDisposeScope();
        Directory.CreateDirectory(_folder.File("empty"));
        WriteImage(zeros(28, 28), _folder.File("three/apple"), "a.png");
        WriteImage(zeros(28, 28), _folder.File("three/banana"), "b.png");
        WriteImage(zeros(28, 28), _folder.File("eleven/0"), "a.png");
        WriteImage(zeros(28, 28), _folder.File("eleven/10"), "b.png");
        WriteImage(zeros(14, 14), _folder.File("small/0"), "a.png");
        WriteImage(zeros(14, 14), _folder.File("small/1"), "b.png");
        WriteImage(zeros(28, 28), _folder.File("broken/0"), "a.png");
        Directory.CreateDirectory(_folder.File("broken/1"));
        _folder.Write("broken/1/b.png", [1, 2, 3]);
        (string Folder, string Expected)[] cases =
        [
            ("empty", "expected a subfolder of images"),
            ("three", "Expected images of 10 classes, as the network has, got 2: apple, banana."),
            ("eleven", "expected classes from 0 to 9, as the model has 10, got a subfolder '10'"),
            ("small", "expected an image of 28 x 28 pixels, as the model reads, got 14 x 14"),
            ("broken", "got a file that cannot be decoded"),
        ];
        foreach (var (name, expected) in cases)
        {
            var run = await CommandLineRun.Of(["evaluate", .. MlpFiles.Network(_folder), "--images", _folder.File(name), "--epsilon", "0.1"]);
            Assert.AreEqual(ExitCode.Failure, run.ExitCode, run.Error);
            StringAssert.Contains(run.Error, expected);
        }

        var labels = await CommandLineRun.Of(
            ["evaluate", .. MlpFiles.Network(_folder), "--images", _folder.File("three"), "--labels", MlpFiles.Labels, "--epsilon", "0.1"]);
        Assert.AreEqual(ExitCode.Usage, labels.ExitCode);
        StringAssert.Contains(labels.Error, "whose subfolders are the classes");
    }

    [GeneratedRegex("\"seconds\": [0-9.]+")]
    private static partial Regex Seconds();

    private static void WriteImage(Tensor pixels, string folder, string name)
    {
        Directory.CreateDirectory(folder);
        var (height, width) = ((int)pixels.shape[0], (int)pixels.shape[1]);
        byte[] bytes = [.. pixels.flatten().data<float>().Select(value => (byte)Math.Round(value * 255))];
        using var image = SKImage.FromPixelCopy(new SKImageInfo(width, height, SKColorType.Gray8, SKAlphaType.Opaque), bytes);
        using var file = image.Encode(SKEncodedImageFormat.Png, 100);
        File.WriteAllBytes(Path.Combine(folder, name), file.ToArray());
    }

    private async Task<string> WithoutTimes(string name) => Seconds().Replace(await File.ReadAllTextAsync(_folder.File(name)), "\"seconds\": 0");

    private Task<CommandLineRun> Evaluate(string options, string json) => CommandLineRun.Of([.. Arguments(options), json]);

    private string[] Arguments(string options) => ["evaluate", .. MlpFiles.Network(_folder), .. MlpFiles.Rows, .. options.Split(' ')];
}
