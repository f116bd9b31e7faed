using System.CommandLine;
using Microsoft.ML.Adversarial.Evaluation.Reports;
using Microsoft.ML.Adversarial.Tool.Writing;

namespace Microsoft.ML.Adversarial.Tool.Evaluating;

/// <summary>Where a report for people goes.</summary>
internal sealed class ReportOption
{
    private readonly Option<string?> _report = new("--report")
    {
        HelpName = "report.html",
        Description = "Where a report goes that a browser shows: one file, with curves, tables, what was checked, and pictures where the "
            + "network reads images.",
    };

    public void AddTo(Verb verb) => verb.Options.Add(_report);

    /// <summary>The file, of which it is now known that it can be written; null if none was asked for.</summary>
    public OutputFile? Require(ParseResult parsed) => parsed.GetValue(_report) is { } path ? OutputFile.Require(path) : null;
}

internal static class ReportFile
{
    /// <param name="output">The file.</param>
    /// <param name="model">The model, and how it fared.</param>
    public static void WriteReport(this OutputFile output, ReportedModel model)
    {
        EvaluationReport report = new() { Title = $"Robustness of {model.Name}", Models = [model] };
        output.Write(report.Write);
    }
}
