using Microsoft.ML.Adversarial.Evaluation.Files;
using Microsoft.ML.Adversarial.Evaluation.Robustness;

namespace Microsoft.ML.Adversarial.Tool;

[TestClass]
public sealed class CompareVerbTests
{
    private static readonly TemporaryFolder Folder = new();

    [ClassInitialize]
    public static async Task Evaluate(TestContext context)
    {
        string[] arguments =
        [
            "evaluate", .. MlpFiles.Network(Folder), .. MlpFiles.Rows, "--suite", "quick", "--epsilon", "0.03", "--rows", "50", "--probe-rows", "0",
        ];
        (await CommandLineRun.Of([.. arguments, "--json", Folder.File("before.json")])).RequireSuccess();
        var before = EvaluationFile.Read(Folder.File("before.json"));
        long[] robust = [.. before.Rows.Where(new RobustnessMetrics(before).IsRobust).Select(row => row.Row).Take(2)];
        Write("after.json", before with
        {
            Rows = [.. before.Rows.Select(row => robust.Contains(row.Row)
                ? row with { Outcomes = [row.Outcomes[0] with { IsMisclassified = true }, .. row.Outcomes.Skip(1)] }
                : row)],
        });
        Write("clean.json", before with { Rows = [.. before.Rows.Select(row => robust[0] == row.Row ? row with { Prediction = (row.Label + 1) % 10 } : row)] });
        Write("other.json", before with { Epsilon = 0.2 });
        Write("shorter.json", before with { Rows = [.. before.Rows.SkipLast(1)] });
    }

    [ClassCleanup]
    public static void DeleteFolder() => Folder.Dispose();

    [TestMethod]
    [DataRow("before", "before", "", ExitCode.Success)]
    [DataRow("before", "after", "", ExitCode.Regression)]
    [DataRow("before", "after", "--tolerance 0.03", ExitCode.Regression)]
    [DataRow("before", "after", "--tolerance 0.04", ExitCode.Success)]
    [DataRow("after", "before", "--tolerance 0", ExitCode.Success)]
    [DataRow("before", "clean", "--tolerance 0.02", ExitCode.Success)]
    [DataRow("before", "clean", "--tolerance 0.02 --clean-tolerance 0.01", ExitCode.Regression)]
    [DataRow("before", "clean", "--tolerance 0.02 --clean-tolerance 0.02", ExitCode.Success)]
    public async Task A_loss_beyond_the_tolerance_fails(string before, string after, string options, int exitCode)
    {
        var run = await CommandLineRun.Of($"compare {Folder.File($"{before}.json")} {Folder.File($"{after}.json")} {options}");

        Assert.AreEqual(exitCode, run.ExitCode, run.Output + run.Error);
        Assert.AreEqual(exitCode == ExitCode.Regression, run.Output.Contains("regression: ", StringComparison.Ordinal));
        StringAssert.Contains(run.Output, "under fgsm");
        StringAssert.Contains(run.Output, "50 rows, compared one by one");
        Assert.AreEqual("", run.Error);
    }

    [TestMethod]
    public async Task The_regression_is_told()
    {
        var run = await CommandLineRun.Of($"compare {Folder.File("before.json")} {Folder.File("after.json")}");

        StringAssert.Contains(run.Output, "regression: robust accuracy fell by 4.00 points, of which 1 are tolerated");
        StringAssert.Matches(run.Output, new(@"robust accuracy +\d+\.\d\d % +\d+\.\d\d % +-4\.00 +2 +0 +0\.5"));
    }

    [TestMethod]
    [DataRow("{before} {folder}/other.json", ExitCode.Failure, "another epsilon, '0.03' and '0.2'")]
    [DataRow("{before} {folder}/shorter.json", ExitCode.Failure, "got 50 and 49 rows")]
    [DataRow("{before} {folder}/none.json", ExitCode.Failure, "Expected an evaluation by 'adversarial evaluate --json' at")]
    [DataRow("{before}", ExitCode.Usage, "after")]
    [DataRow("{before} {before} --tolerance 1%", ExitCode.Usage, "--tolerance: expected a share from 0 to 1, such as 0.01 for one percentage point, got '1%'")]
    [DataRow("{before} {before} --clean-tolerance 2", ExitCode.Usage, "--clean-tolerance: expected a share from 0 to 1")]
    public async Task What_is_wrong_is_one_line(string arguments, int exitCode, string expected)
    {
        var run = await CommandLineRun.Of("compare " + arguments.Replace("{before}", Folder.File("before.json")).Replace("{folder}", Folder.FullName));

        Assert.AreEqual(exitCode, run.ExitCode, run.Error);
        StringAssert.Contains(run.Error, expected);
        Assert.HasCount(1, run.Error.TrimEnd().Split('\n'), run.Error);
        Assert.AreEqual("", run.Output);
    }

    private static void Write(string name, EvaluationRecord record) => EvaluationFile.Write(Folder.File(name), new RobustnessMetrics(record));
}
