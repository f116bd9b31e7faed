using System.Text.Json;
using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Tool.Attacking;
using Microsoft.ML.Adversarial.Tool.Images;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Tool;

[TestClass]
public sealed class AttackVerbTests
{
    private readonly TemporaryFolder _folder = new();

    private string Output => _folder.File("adv.safetensors");

    private string Summary => _folder.File("summary.json");

    [TestCleanup]
    public void DeleteFolder() => _folder.Dispose();

    [TestMethod]
    public async Task Fgsm_writes_what_a_new_prediction_and_a_ruler_confirm()
    {
        using var scope = NewDisposeScope();
        using var classifier = MlpFiles.Classifier();
        var run = await Attack("--attack fgsm --epsilon 0.1 --rows 64");
        run.RequireSuccess();

        var file = Safetensors.Read(Output);
        var (originals, labels) = (MlpFiles.FirstImages(64), tensor(MlpFiles.FirstLabels(64)));
        CollectionAssert.AreEqual(new long[] { 64, 1, 28, 28 }, file["adversarial"].shape);
        var predicted = classifier.Logits(file["adversarial"]).argmax(1);
        TensorAssert.AreEqual(predicted, file["predicted"]);
        TensorAssert.AreEqual(predicted.ne(labels), file["success"]);
        var before = classifier.Logits(originals).argmax(1);
        TensorAssert.AreEqual(before, file["predicted_before"]);
        TensorAssert.AreEqual(before.ne(labels), file["success_before"]);
        TensorAssert.AreEqual(labels, file["label"]);
        Assert.IsFalse(file.ContainsKey("target"));

        var rows = (file["adversarial"] - originals).flatten(1);
        TensorAssert.AreEqual(rows.abs().greater(1e-6).sum(1).to(ScalarType.Float32), file["l0"]);
        TensorAssert.AreClose(rows.abs().sum(1), file["l1"]);
        TensorAssert.AreClose(rows.square().sum(1).sqrt(), file["l2"]);
        TensorAssert.AreClose(rows.abs().amax([1]), file["linf"]);
        Assert.IsLessThanOrEqualTo(0.1 + 1e-6, file["linf"].max().item<float>());
        StringAssert.Contains(run.Output, "fgsm, Linf <= 0.1, seed 0");
        Assert.AreEqual("attacking with fgsm: 64 of 64 rows", run.Error.Trim());
    }

    [TestMethod]
    public async Task The_summary_follows_from_the_file()
    {
        using var scope = NewDisposeScope();
        var run = await Attack("--attack fgsm --epsilon 0.05 --rows 200 --seed 5 --norm L2 --batch-size 50 --json", Summary);
        run.RequireSuccess();

        var file = Safetensors.Read(Output);
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(Summary));
        double Number(string name) => json.RootElement.GetProperty(name).GetDouble();
        double Mean(Tensor values) => values.to(ScalarType.Float64).mean().item<double>();
        var correct = file["predicted_before"].eq(file["label"]);
        Assert.AreEqual(200, Number("rows"));
        Assert.AreEqual(50, Number("batchSize"));
        Assert.AreEqual(5, Number("seed"));
        Assert.AreEqual(1, Number("threads"));
        Assert.AreEqual(Mean(correct), Number("cleanAccuracy"), 1e-9);
        Assert.AreEqual(Mean(file["success"]), Number("successRate"), 1e-9);
        Assert.AreEqual(Mean(file["success"].masked_select(correct)), Number("successRateOfCorrect"), 1e-9);
        Assert.AreEqual(1 - Mean(file["success"]), Number("robustAccuracy"), 1e-9);
        foreach (var name in AttackedRows.SizeNames)
        {
            var size = json.RootElement.GetProperty("meanSizes").GetProperty(name).GetDouble();
            Assert.AreEqual(Mean(file[name].masked_select(file["success"])), size, 1e-5 * (1 + size));
        }

        var attack = json.RootElement.GetProperty("attack");
        Assert.AreEqual("fgsm", attack.GetProperty("name").GetString());
        Assert.AreEqual("L2", attack.GetProperty("norm").GetString());
        Assert.IsFalse(json.RootElement.GetProperty("cancelled").GetBoolean());
    }

    [TestMethod]
    public async Task Next_aims_at_the_class_after_the_label()
    {
        using var scope = NewDisposeScope();
        (await Attack("--attack pgd --epsilon 0.15 --rows 64 --set Steps=10 --targets next")).RequireSuccess();

        var file = Safetensors.Read(Output);
        var next = (tensor(MlpFiles.FirstLabels(64)) + 1).remainder(10);
        TensorAssert.AreEqual(next, file["target"]);
        TensorAssert.AreEqual(file["predicted"].eq(next), file["success"]);
        Assert.IsGreaterThan(32, file["success"].sum().item<long>());
    }

    [TestMethod]
    public async Task Labels_can_be_targets()
    {
        using var scope = NewDisposeScope();
        var run = await Attack("--attack fgsm --epsilon 0 --rows 64 --targets labels --json", Summary);
        run.RequireSuccess();

        var file = Safetensors.Read(Output);
        TensorAssert.AreEqual(tensor(MlpFiles.FirstLabels(64)), file["target"]);
        TensorAssert.AreEqual(file["predicted"].eq(file["target"]), file["success"]);
        Assert.IsFalse(file.ContainsKey("label"));
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(Summary));
        Assert.AreEqual(JsonValueKind.Null, json.RootElement.GetProperty("cleanAccuracy").ValueKind);
    }

    [TestMethod]
    public async Task Settings_and_seed_reach_the_attack_and_the_metadata()
    {
        using var scope = NewDisposeScope();
        using var classifier = MlpFiles.Classifier();
        (await Attack("--attack PGD --epsilon 0.1 --rows 16 --set steps=3 --set StepSize=0.05 --seed 9")).RequireSuccess();

        var attack = new ProjectedGradientDescent(Norm.LInfinity, 0.1) { Steps = 3, StepSize = 0.05 };
        var goal = Goal.Misclassify(tensor(MlpFiles.FirstLabels(16)));
        using var expected = attack.Run(classifier, MlpFiles.FirstImages(16), goal, new() { Seed = 9 });
        TensorAssert.AreEqual(expected.Inputs, Safetensors.Read(Output)["adversarial"]);
        var header = await ReadHeader();
        Assert.AreEqual("pgd", header.GetProperty("attack").GetString());
        Assert.AreEqual("0.1", header.GetProperty("epsilon").GetString());
        Assert.AreEqual("9", header.GetProperty("seed").GetString());
        Assert.AreEqual("{\"StepSize\":\"0.05\",\"Steps\":\"3\"}", header.GetProperty("settings").GetString());
    }

    [TestMethod]
    public async Task Batches_do_not_decide_what_rows_draw()
    {
        using var scope = NewDisposeScope();
        const string options = "--attack pgd --epsilon 0.1 --rows 20 --set Steps=1 --set StepSize=0.001";
        (await Attack(options)).RequireSuccess();
        var together = Safetensors.Read(Output)["adversarial"];
        (await Attack($"{options} --batch-size 7")).RequireSuccess();
        var apart = Safetensors.Read(Output)["adversarial"];

        // The sign of a gradient near zero may differ: at most one step of 0.001 each way.
        Assert.IsLessThan(0.0021, (together - apart).abs().max().item<float>());
    }

    [TestMethod]
    public async Task Cancelled_before_it_starts_it_writes_nothing()
    {
        var run = await CommandLineRun.Of(Arguments("--attack pgd --epsilon 0.1"), new CancellationToken(canceled: true));
        Assert.AreEqual(ExitCode.Cancelled, run.ExitCode);
        StringAssert.Contains(run.Error, "nothing was written");
        Assert.IsFalse(File.Exists(Output));
    }

    [TestMethod]
    public void Cancelled_midway_it_keeps_whole_batches()
    {
        using var scope = NewDisposeScope();
        using var classifier = MlpFiles.Classifier();
        using var source = new CancellationTokenSource();
        var images = ImageFiles.Open(MlpFiles.Images, MlpFiles.Labels, 100, classifier);
        using var rows = AttackedRows.For(images, classifier, TargetChoice.None);
        var run = new AttackRunInfo(new FastGradientMethod(Norm.LInfinity, 0.1), TargetChoice.None, Seed: 0, BatchSize: 30, Threads: 1);
        rows.AttackAll(classifier, images, run, done => { if (done == 60) source.Cancel(); }, source.Token);

        Assert.AreEqual(60, rows.Count);
        Assert.IsTrue(rows.Tensors().All(pair => pair.Value.shape[0] == 60));
        Assert.IsTrue(AttackSummary.Of(rows, run, cancelled: true, TimeSpan.FromSeconds(1)).Cancelled);
    }

    private Task<CommandLineRun> Attack(string options, params string[] more) => CommandLineRun.Of([.. Arguments(options), .. more]);

    private string[] Arguments(string options) =>
        ["attack", .. MlpFiles.Network(_folder), .. MlpFiles.Rows, "--output", Output, .. options.Split(' ')];

    private async Task<JsonElement> ReadHeader()
    {
        var bytes = await File.ReadAllBytesAsync(Output);
        using var header = JsonDocument.Parse(bytes.AsMemory(8, (int)BitConverter.ToUInt64(bytes)));
        return header.RootElement.GetProperty("__metadata__").Clone();
    }
}
