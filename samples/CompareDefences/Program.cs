// Which defence is worth its costs? An experiment trains each, with and without a detector, attacks each by attacks that know of the detector
// too, and ranks them by the errors that nobody notices: the leaderboard is printed, and the evaluation of every trial is written as JSON. Stopped
// and started again with --keep, it goes on where it was.

using System.Globalization;
using System.Text;
using CompareDefences;
using Microsoft.ML;
using Microsoft.ML.Adversarial.Evaluation.Diagnostics;
using Microsoft.ML.Adversarial.Evaluation.Experiments;
using Microsoft.ML.Adversarial.Evaluation.Files;
using Microsoft.ML.Adversarial.Evaluation.Reports;
using Quickstart;

Console.OutputEncoding = Encoding.UTF8;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture; // Output is to be the same wherever it is made.
if (Settings.Parse(args) is not { } settings)
{
    Console.Error.WriteLine(Settings.Usage);
    return 2;
}

var ml = new MLContext(settings.Seed);
var images = Mnist.LoadTrain(ml);
var train = ml.Data.TakeRows(images, settings.TrainingRows);
var calibration = ml.Data.TakeRows(ml.Data.SkipRows(images, Settings.FirstCalibrationRow), settings.CalibrationRows);
var test = ml.Data.TakeRows(Mnist.LoadTest(ml), settings.TestRows);
Directory.CreateDirectory(settings.OutputFolder); // Before hours of work.

var experiment = ml.MulticlassClassification.CreateRobustnessExperiment(new()
{
    Suite = settings.Suite,
    Search = new GridSearch(),
    Robustness = new() { Seed = settings.Seed, ProbeRows = settings.ProbeRows },
    Detection = new() { CalibrationRows = calibration, FalsePositiveRate = Settings.FalsePositiveRate, Options = settings.Detection },
    OptimizingMetric = OptimizingMetric.UnflaggedError,
    MaxExperimentTime = settings.Time,
    Folder = settings.KeptFolder,
    Seed = settings.Seed,
});
CandidateList.AddTo(experiment, settings);
var result = experiment.Execute(train, test, new LineProgress());

Console.WriteLine();
Console.WriteLine(
    $"Best first by {result.OptimizingMetric.Name}, suite {settings.Suite.Name}, L-infinity <= {settings.Epsilon}, {settings.TestRows} test rows, "
    + $"flags calibrated to {Settings.FalsePositiveRate:P0} false positives:");
Console.WriteLine();
Console.WriteLine("| | defence | detector | clean | under PGD | robust | unflagged error | adaptive AUROC | clean flagged | training | warnings |");
Console.WriteLine("|---:|---|---|---:|---:|---:|---:|---:|---:|---:|---|");
foreach (var (index, trial) in result.Leaderboard.Index().Where(trial => trial.Item.Exception is null))
{
    Console.WriteLine(
        $"| {index + 1} | {trial.Candidate} | {trial.Parameters.Text("Detector")} | {trial.CleanAccuracy:P1} "
        + $"| {trial.Metrics!["pgd"].RobustAccuracy.Value:P1} | {trial.RobustAccuracy:P1} | {trial.UnflaggedError:P1} "
        + (trial.System is null ? "| | " : $"| {trial.AdaptiveAreaUnderRocCurve:F3} | {trial.FalsePositiveRate:P1} ")
        + $"| {trial.TrainingTime.TotalSeconds:F1} s | {string.Join(", ", Warnings(trial))} |");
    var file = Path.Combine(settings.OutputFolder, $"{trial.Candidate}-{trial.Parameters.Text("Detector")}");
    EvaluationFile.Write($"{file}.json", trial.Metrics);
    if (trial.System is { } system)
        SystemFile.Write($"{file}-system.json", system);
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
                System = trial.System,
                Settings = [new("Defence", trial.Candidate), new("Detector", trial.Parameters.Text("Detector"))],
            }),
    ],
}.Save(reportFile);
Console.WriteLine();
Console.WriteLine($"Report: {reportFile}");
return result.Leaderboard.All(trial => trial.Exception is null) ? 0 : 1;

static IEnumerable<DiagnosticKind> Warnings(RobustnessTrial trial) =>
    trial.Metrics!.Warnings.Concat(trial.System?.Warnings ?? []).Select(warning => warning.Kind).Distinct();
