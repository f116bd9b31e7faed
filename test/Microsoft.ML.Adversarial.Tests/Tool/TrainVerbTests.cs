using System.Globalization;
using Microsoft.ML.Adversarial.Evaluation.Files;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.TestData;

namespace Microsoft.ML.Adversarial.Tool;

/// <summary>Models trained from the command line, and what the command line then makes of them.</summary>
[TestClass]
public sealed class TrainVerbTests
{
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void DeleteFolder() => _folder.Dispose();

    [TestMethod]
    [DataRow("--defence none", 0.75)]
    [DataRow("--defence pgd-at --epsilon 0.05", 0.75)]
    [DataRow("--defence distillation --set Temperature=2 --set SharedEpochs=0", 0.7)]
    public async Task A_network_on_images_can_be_evaluated(string defence, double least)
    {
        string[] arguments = ["train", .. MlpFiles.Rows, .. $"--rows 1000 --epochs 3 --learning-rate 0.003 --seed 1 {defence} --output".Split(' ')];
        var run = await CommandLineRun.Of([.. arguments, _folder.File("model.zip")]);
        run.RequireSuccess();
        StringAssert.StartsWith(run.Output, "3 of 3 epochs, ");
        StringAssert.Contains(run.Error, "epoch 1 of 3: loss ");

        string[] evaluate = ["evaluate", "--model", _folder.File("model.zip"), .. MlpFiles.Rows, .. "--rows 60 --suite quick --epsilon 0.05 --probe-rows 0".Split(' ')];
        (await CommandLineRun.Of([.. evaluate, "--json", _folder.File("a.json")])).RequireSuccess();
        var metrics = new RobustnessMetrics(EvaluationFile.Read(_folder.File("a.json")));
        Assert.IsGreaterThan(least, metrics.CleanAccuracy.Value);
        Assert.HasCount(3, metrics.Attacks);
        CollectionAssert.AreEqual(Enumerable.Range(0, 10).Select(index => $"{index}").ToArray(), metrics.Record.Classes.ToArray());
    }

    [TestMethod]
    public async Task A_network_on_a_table_is_attacked_on_its_column_or_on_the_tables()
    {
        File.WriteAllLines(_folder.File("loans.csv"), Loan.Some(300).Select(loan => string.Create(
            CultureInfo.InvariantCulture, $"{loan.City},{loan.Income},{loan.Debts[0]},{loan.Age},{loan.Decision}")).Prepend("City,Income,Debts,Age,Decision"));
        var table = $"--data {_folder.File("loans.csv")} --label Decision";
        var run = await CommandLineRun.Of($"train {table} --epochs 20 --learning-rate 0.01 --batch-size 32 --output {_folder.File("model.zip")}");
        run.RequireSuccess();

        var evaluate = $"evaluate --model {_folder.File("model.zip")} {table} --rows 30 --suite quick --probe-rows 0";
        (await CommandLineRun.Of($"{evaluate} --epsilon 0.3 --json {_folder.File("network.json")}")).RequireSuccess();
        var ofTable = await CommandLineRun.Of($"{evaluate} --epsilon 0.1 --relative range --categories City --json {_folder.File("table.json")}");
        ofTable.RequireSuccess();

        var (network, whole) = (EvaluationFile.Read(_folder.File("network.json")), EvaluationFile.Read(_folder.File("table.json")));
        CollectionAssert.AreEqual(new[] { "fgsm", "pgd", "square" }, network.Attacks.Select(attack => attack.Name).ToArray());
        CollectionAssert.AreEqual(new[] { "fgsm", "pgd" }, whole.AttacksLeftOut.ToArray());
        StringAssert.Contains(ofTable.Output, "left out, as they need gradients: fgsm, pgd");
        Assert.AreEqual("none", network.Constraints);
        StringAssert.Contains(whole.Constraints, "scale");
        CollectionAssert.AreEquivalent(new[] { "ask", "no", "yes" }, whole.Classes.ToArray());
        foreach (var metrics in new[] { network, whole }.Select(record => new RobustnessMetrics(record)))
        {
            Assert.IsGreaterThan(0.7, metrics.CleanAccuracy.Value);
            Assert.IsLessThan(metrics.CleanAccuracy.Value, metrics.RobustAccuracy.Value);
        }
    }

    [TestMethod]
    [DataRow("{rows} --defence nope", ExitCode.Usage, "--defence: expected one of none, fast, free, pgd-at, alp, trades, mart, ibp, distillation, got 'nope'")]
    [DataRow("{rows} --defence trades", ExitCode.Usage, "--epsilon: expected the largest perturbation, such as 0.1, that 'trades' defends against, got none")]
    [DataRow("{rows} --epsilon 0.1", ExitCode.Usage, "--epsilon: expected none with 'none'")]
    [DataRow("{rows} --defence ibp --norm L2 --epsilon 1", ExitCode.Usage, "--norm: expected Linf for 'ibp'")]
    [DataRow("{rows} --set Momentun=0.5", ExitCode.Usage, "--set: expected one of BatchSize, Epochs, ")]
    [DataRow("{rows} --set Momentum=half", ExitCode.Usage, "--set: expected Momentum to be a number, got 'half'")]
    [DataRow("{rows} --set Optimizer=Adagrad", ExitCode.Usage, "--set: expected Optimizer Sgd or Adam or AdamW, got 'Adagrad'")]
    [DataRow("{rows} --network Nope", ExitCode.Failure, "Expected one of MultilayerPerceptron, ")]
    [DataRow("", ExitCode.Usage, "Expected either --images and --labels or --data, got none of them")]
    [DataRow("{rows} --set Momentum=2", ExitCode.Failure, "Expected Momentum in [0, 1), got 2.")]
    [DataRow("{rows} --rows 100000", ExitCode.Failure, "expected at least 100000 rows, got 10000")]
    [DataRow("--data {table}", ExitCode.Failure, "expected a column 'Label', the label, got A, B. Name one by --label.")]
    [DataRow("--data {table} --label B --rows 9", ExitCode.Failure, "expected at least 9 rows, got 2")]
    public async Task What_is_wrong_is_one_line(string options, int exitCode, string expected)
    {
        File.WriteAllLines(_folder.File("table.csv"), ["A,B", "1,x", "2,y"]);
        var arguments = options.Replace("{rows}", string.Join(' ', MlpFiles.Rows)).Replace("{table}", _folder.File("table.csv"));
        var run = await CommandLineRun.Of($"train {arguments} --output {_folder.File("never.zip")}");

        Assert.AreEqual(exitCode, run.ExitCode, run.Error);
        StringAssert.Contains(run.Error, expected);
        Assert.HasCount(1, run.Error.TrimEnd().Split('\n'), run.Error);
        Assert.IsFalse(File.Exists(_folder.File("never.zip")));
    }
}
