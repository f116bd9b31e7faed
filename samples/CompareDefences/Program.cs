// Which defence is worth its costs? An experiment trains each, with and without a detector, attacks each, and ranks them: the leaderboard is printed,
// and the evaluation of every trial is written as JSON. Stopped and started again with --keep, it goes on where it was.

using System.Globalization;
using System.Text;
using CompareDefences;
using Microsoft.ML;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Evaluation.Experiments;
using Microsoft.ML.Adversarial.Evaluation.Files;
using Microsoft.ML.Adversarial.Evaluation.Reports;
using Microsoft.ML.Adversarial.Norms;
using Quickstart;

Console.OutputEncoding = Encoding.UTF8;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture; // Output is to be the same wherever it is made.
if (Settings.Parse(args) is not { } settings)
{
    Console.Error.WriteLine(Settings.Usage);
    return 2;
}

var ml = new MLContext(settings.Seed);
var train = ml.Data.TakeRows(Mnist.LoadTrain(ml), settings.TrainingRows);
var test = ml.Data.TakeRows(Mnist.LoadTest(ml), settings.TestRows);
Directory.CreateDirectory(settings.OutputFolder); // Before hours of work.

var unflaggedError = UnflaggedError.Under(new ProjectedGradientDescent(Norm.LInfinity, settings.Epsilon));
var experiment = ml.MulticlassClassification.CreateRobustnessExperiment(new()
{
    Suite = settings.Suite,
    Search = new GridSearch(),
    Robustness = new() { Seed = settings.Seed, ProbeRows = settings.ProbeRows },
    Measures = [unflaggedError],
    MaxExperimentTime = settings.Time,
    Folder = settings.KeptFolder,
    Seed = settings.Seed,
});
CandidateList.AddTo(experiment, settings);
var result = experiment.Execute(train, test, new LineProgress());

Console.WriteLine();
Console.WriteLine(
    $"Best first by {result.OptimizingMetric.Name}, {settings.Suite.Name} suite, L-infinity <= {settings.Epsilon}, {settings.TestRows} test rows:");
Console.WriteLine();
Console.WriteLine("| | defence | detector | clean | robust | unflagged error | training | warnings |");
Console.WriteLine("|---:|---|---|---:|---:|---:|---:|---|");
foreach (var (index, trial) in result.Leaderboard.Index().Where(trial => trial.Item.Exception is null))
{
    Console.WriteLine(
        $"| {index + 1} | {trial.Candidate} | {trial.Parameters.Text("Detector")} | {trial.CleanAccuracy:P1} | {trial.RobustAccuracy:P1} "
        + $"| {trial.Measures[unflaggedError.Name]:P1} | {trial.TrainingTime.TotalSeconds:F1} s "
        + $"| {string.Join(", ", trial.Metrics!.Warnings.Select(warning => warning.Kind).Distinct())} |");
    EvaluationFile.Write(Path.Combine(settings.OutputFolder, $"{trial.Candidate}-{trial.Parameters.Text("Detector")}.json"), trial.Metrics);
}

var reportFile = Path.Combine(settings.OutputFolder, "report.html");
new EvaluationReport
{
    Title = "Defences compared",
    Models =
    [
        .. result.Leaderboard.Where(trial => trial.Metrics is not null).Select(trial =>
            new ReportedModel($"{trial.Candidate}, detector {trial.Parameters.Text("Detector")}", trial.Metrics!)
            {
                Settings = [new("Defence", trial.Candidate), new("Detector", trial.Parameters.Text("Detector"))],
            }),
    ],
}.Save(reportFile);
Console.WriteLine();
Console.WriteLine($"Report: {reportFile}");
return result.Leaderboard.All(trial => trial.Exception is null) ? 0 : 1;
