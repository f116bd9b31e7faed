using System.Globalization;
using System.Text.Json;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Tool;

/// <summary>Tables attacked through a chain of trees from the command line.</summary>
[TestClass]
public sealed class TableAttackTests
{
    private const string Header = "Row,City,Income,Debts,Debts2,Age,IsMember,IsGranted";

    private static readonly TemporaryFolder Folder = new();
    private static readonly MLContext Context = new(seed: 1);
    private static readonly Loan[] Loans = Loan.Some(300);
    private static ITransformer _model = null!;

    [ClassInitialize]
    public static void Train(TestContext context)
    {
        var data = Context.Data.LoadFromEnumerable(Loans);
        _model = Loan.Features(Context)
            .Append(Context.BinaryClassification.Trainers.FastTree(nameof(Loan.IsGranted), numberOfTrees: 20, numberOfLeaves: 8)).Fit(data);
        Context.Model.Save(_model, data.Schema, Folder.File("model.zip"));
        Context.Model.Save(_model, inputSchema: null, Folder.File("bare.zip"));
        File.WriteAllLines(Folder.File("data.csv"), Table(','));
        File.WriteAllLines(Folder.File("data.tsv"), Table('\t'));
        File.WriteAllLines(Folder.File("lacking.csv"), Table(',').Select(line => line.Replace("City", "Town").Replace("Income", "Pay")));
        File.WriteAllLines(Folder.File("ragged.csv"), Table(',').Append("1,2"));
        File.WriteAllLines(Folder.File("short.csv"), Table(',').Skip(1).Select(line => line + ",0")
            .Prepend("Row,City,Income,First,Second,Age,IsMember,IsGranted,Debts"));
    }

    [ClassCleanup]
    public static void DeleteFolder() => Folder.Dispose();

    [TestMethod]
    [DataRow("data.csv")]
    [DataRow("data.tsv")]
    public async Task The_model_confirms_the_accuracies_of_the_rows_written(string data)
    {
        var (output, json) = (Folder.File("adversarial" + Path.GetExtension(data)), Folder.File("summary.json"));
        var run = await Attack(
            $"--data {Folder.File(data)} --label IsGranted --attack square --epsilon 0.1 --relative range --categories City,IsMember "
            + $"--rows 100 --set Queries=100 --output {output} --json {json}");
        run.RequireSuccess();

        var separator = data.EndsWith("tsv", StringComparison.Ordinal) ? '\t' : ',';
        string[][] before = Cells(Folder.File(data), separator);
        string[][] after = Cells(output, separator);
        CollectionAssert.AreEqual(before[0], after[0]);
        Assert.HasCount(101, after);
        foreach (var (old, now) in before.Zip(after).Skip(1))
        {
            Assert.AreEqual(old[0], now[0]);
            Assert.AreEqual(old[^1], now[^1]);
            Assert.AreEqual(Math.Round(Number(now[5])), Number(now[5]), "An age that is no whole number.");
        }

        var summary = JsonDocument.Parse(await File.ReadAllTextAsync(json)).RootElement;
        Assert.AreEqual(Accuracy(before[1..101]), summary.GetProperty("cleanAccuracy").GetDouble(), 1e-9);
        Assert.AreEqual(Accuracy(after[1..]), summary.GetProperty("robustAccuracy").GetDouble(), 1e-9);
        Assert.IsLessThan(Accuracy(before[1..101]), Accuracy(after[1..]));
        Assert.IsGreaterThan(0, summary.GetProperty("queries").GetInt64());
        StringAssert.Contains(run.Output, "robust accuracy");
    }

    [TestMethod]
    public async Task Only_the_columns_named_change_and_within_the_budget()
    {
        var output = Folder.File("income.csv");
        (await Attack(
            $"--data {Folder.File("data.csv")} --label IsGranted --numbers Income --attack square --epsilon 0.5 --rows 50 --set Queries=50 "
            + $"--output {output}")).RequireSuccess();

        var changed = 0;
        foreach (var (old, now) in Cells(Folder.File("data.csv"), ',').Zip(Cells(output, ',')).Skip(1))
        {
            CollectionAssert.AreEqual(old.Where((_, place) => place != 2).ToArray(), now.Where((_, place) => place != 2).ToArray());
            Assert.IsLessThanOrEqualTo(0.5 + 1e-5, Math.Abs(Number(old[2]) - Number(now[2])));
            changed += old[2] == now[2] ? 0 : 1;
        }

        Assert.IsGreaterThan(0, changed);
    }

    [TestMethod]
    [DataRow("--model {model} --data {data} --images i --labels l {square}", ExitCode.Usage, "either --images and --labels or --data, got")]
    [DataRow("--model {model} {square}", ExitCode.Usage, "or --data, got none of them")]
    [DataRow("--model {model} --images i --labels l --label x {square}", ExitCode.Usage, "Expected --label only beside --data")]
    [DataRow("--model {model} --data {data} --targets next {square}", ExitCode.Usage, "Expected --targets only beside --images")]
    [DataRow("--network n --weights w --data {data} {square}", ExitCode.Usage, "Expected --model beside --data")]
    [DataRow("--model {model} --data {data} --separator ab {square}", ExitCode.Usage, "--separator: expected one character")]
    [DataRow("--model {model} --data {data} --attack pgd --epsilon 1", ExitCode.Usage, "got 'pgd', which needs gradients")]
    [DataRow("--model {model} --data {data} --attack square", ExitCode.Usage, "--epsilon: expected the largest perturbation")]
    [DataRow("--model {model} --data {data} {square}", ExitCode.Failure, "expected a label 'Label', got a model with the columns")]
    [DataRow("--model {bare} --data {data} --label IsGranted {square}", ExitCode.Failure, "schema of its input, got one without")]
    [DataRow("--model {model} --data {folder}/none.csv {square}", ExitCode.Failure, "Expected a table at")]
    [DataRow("--model {model} --data {folder}/lacking.csv --label IsGranted {square}", ExitCode.Failure, "none for 'Income' (Single), 'City' (String)")]
    [DataRow("--model {model} --data {folder}/ragged.csv --label IsGranted {square}", ExitCode.Failure, "row 300: expected 8 cells")]
    [DataRow("--model {model} --data {folder}/short.csv --label IsGranted {square}", ExitCode.Failure, "column 'Debts': expected 2 columns side by side")]
    [DataRow("--model {model} --data {data} --label IsGranted --categories Town {square}", ExitCode.Failure, "Column 'Town': expected one of the columns")]
    [DataRow("--model {model} --data {data} --label IsGranted --rows 301 {square}", ExitCode.Failure, "expected at least 301 rows, got 300")]
    public async Task What_is_wrong_is_one_line(string arguments, int exitCode, string expected)
    {
        var output = Folder.File("never.csv");
        var run = await CommandLineRun.Of(
            "attack " + arguments.Replace("{square}", "--attack square --epsilon 0.1").Replace("{model}", Folder.File("model.zip"))
                .Replace("{bare}", Folder.File("bare.zip")).Replace("{data}", Folder.File("data.csv")).Replace("{folder}", Folder.FullName)
            + $" --output {output}");

        Assert.AreEqual(exitCode, run.ExitCode, run.Error);
        StringAssert.Contains(run.Error, expected);
        Assert.HasCount(1, run.Error.TrimEnd().Split('\n'), run.Error);
        Assert.IsFalse(File.Exists(output));
    }

    private static Task<CommandLineRun> Attack(string arguments) => CommandLineRun.Of($"attack --model {Folder.File("model.zip")} {arguments}");

    private static IEnumerable<string> Table(char separator) => Loans.Select((loan, row) => string.Create(
            CultureInfo.InvariantCulture,
            $"\"row{separator}{row}\",{loan.City},{loan.Income},{loan.Debts[0]},{loan.Debts[1]},{loan.Age},{loan.IsMember},{loan.IsGranted}"))
        .Prepend(Header).Select(line => separator == ',' ? line : line.Replace(',', separator));

    // The first cell is quoted and holds a separator.
    private static string[][] Cells(string path, char separator) => [.. File.ReadAllLines(path).Select(line => line.StartsWith('"')
        ? [line[..line.LastIndexOf('"')], .. line[(line.LastIndexOf('"') + 2)..].Split(separator)]
        : line.Split(separator))];

    private static double Accuracy(string[][] rows)
    {
        Loan[] loans = [.. rows.Select(cells => new Loan
        {
            City = cells[1],
            Income = (float)Number(cells[2]),
            Debts = [Number(cells[3]), Number(cells[4])],
            Age = (int)Number(cells[5]),
            IsMember = bool.Parse(cells[6]),
        })];
        var predicted = _model.Transform(Context.Data.LoadFromEnumerable(loans)).GetColumn<bool>("PredictedLabel");
        return predicted.Zip(rows, (value, cells) => value == bool.Parse(cells[^1]) ? 1.0 : 0).Average();
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
