using System.Globalization;
using System.Text.Json;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Tool;

/// <summary>Models of other packages of ML.NET, read by the tool as a process, which has no packages but its own.</summary>
[TestClass]
public sealed class ModelKindTests
{
    private const int Digits = 20;

    private static readonly TemporaryFolder Folder = new();

    private readonly MLContext ml = new(seed: 1);

    [ClassCleanup]
    public static void DeleteFolder() => Folder.Dispose();

    [TestMethod]
    public async Task ModelsOfLightGbmAreAttacked()
    {
        Loan[] loans = Loan.Some(200);
        IDataView data = ml.Data.LoadFromEnumerable(loans);
        ITransformer model = Loan.Features(ml).Append(ml.BinaryClassification.Trainers.LightGbm(nameof(Loan.IsGranted), numberOfIterations: 20)).Fit(data);
        string[] rows = [.. loans.Select(loan => string.Create(
            CultureInfo.InvariantCulture, $"{loan.Income},{loan.Age},{loan.Debts[0]},{loan.Debts[1]},{loan.City},{loan.IsMember},{loan.IsGranted}"))];

        JsonElement summary = await Attack(model, data.Schema, "Income,Age,Debts,Debts1,City,IsMember,IsGranted", rows, "IsGranted", "0.1 --relative range");

        Assert.IsGreaterThan(0.9, summary.GetProperty("cleanAccuracy").GetDouble());
        Assert.IsLessThan(0.8, summary.GetProperty("robustAccuracy").GetDouble());
    }

    [TestMethod]
    public async Task ModelsWithAnOnnxStepAreAttacked()
    {
        IDataView digits = Mnist.Load(ml, Digits);
        ITransformer model = ml.Transforms.CopyColumns("input", "Features")
            .Append(ml.Transforms.ApplyOnnxModel("logits", "input", Path.Combine(AppContext.BaseDirectory, "golden", "mlp.onnx")))
            .Append(ml.Transforms.CopyColumns("Score", "logits"))
            .Fit(digits);
        uint[] labels = [.. digits.GetColumn<uint>("Label")];
        string[] rows = [.. digits.GetColumn<float[]>("Features").Zip(labels, (pixels, label) =>
            string.Join(',', pixels.Select(pixel => pixel.ToString(CultureInfo.InvariantCulture))) + $",{label - 1}")];
        string header = string.Join(',', Enumerable.Range(0, 784).Select(place => $"Features{place}")) + ",Label";

        JsonElement summary = await Attack(model, digits.Schema, header, rows, "Label", "0.3");

        Assert.AreEqual(1.0, summary.GetProperty("cleanAccuracy").GetDouble());
        Assert.IsLessThan(0.5, summary.GetProperty("robustAccuracy").GetDouble());
    }

    [TestMethod]
    public async Task AdversarialImagesAreNoTable()
    {
        Picture[] pictures = Picture.Some(20, Folder);
        IDataView paths = ml.Data.LoadFromEnumerable(pictures.Select(picture => new PictureFile { Path = Folder.File(picture.Path), Kind = picture.Kind }));
        ITransformer model = ml.Transforms.LoadImages(nameof(Picture.Image), imageFolder: "", nameof(Picture.Path)).Append(Picture.Features(ml))
            .AppendCacheCheckpoint(ml).Append(ml.MulticlassClassification.Trainers.SdcaMaximumEntropy("Key")).Fit(paths);
        ml.Model.Save(model, paths.Schema, Folder.File("images.zip"));
        File.WriteAllLines(Folder.File("images.csv"), pictures.Select(picture => $"{Folder.File(picture.Path)},{picture.Kind}").Prepend("Path,Kind"));
        string arguments = $"--model {Folder.File("images.zip")} --data {Folder.File("images.csv")} --label Key --epsilon 0.1";

        CommandLineRun attacked = await CommandLineRun.Of($"attack {arguments} --attack square --output {Folder.File("never.csv")}");
        CommandLineRun evaluated = await CommandLineRun.Of($"evaluate {arguments} --suite quick --json {Folder.File("evaluation.json")}");

        Assert.AreEqual(ExitCode.Failure, attacked.ExitCode);
        StringAssert.Contains(attacked.Error, "whose images 'Image' are attacked");
        evaluated.RequireSuccess();
        StringAssert.Contains(evaluated.Output, "robust");
    }

    private async Task<JsonElement> Attack(ITransformer model, DataViewSchema schema, string header, string[] rows, string label, string epsilon)
    {
        ml.Model.Save(model, schema, Folder.File("model.zip"));
        File.WriteAllLines(Folder.File("data.csv"), rows.Prepend(header));
        string json = Folder.File("summary.json");
        CommandLineRun run = await ToolProcess.Run(
            $"attack --model {Folder.File("model.zip")} --data {Folder.File("data.csv")} --label {label} --attack square --epsilon {epsilon} "
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Concat(["--set", "Queries=100", "--threads", "1", "--output", Folder.File("adversarial.csv"), "--json", json]));
        run.RequireSuccess();
        using JsonDocument summary = JsonDocument.Parse(await File.ReadAllTextAsync(json));
        return summary.RootElement.Clone();
    }

    private sealed class PictureFile
    {
        public string Path { get; set; } = "";

        public string Kind { get; set; } = "";
    }
}
