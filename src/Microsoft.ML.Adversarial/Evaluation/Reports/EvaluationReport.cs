using Microsoft.ML.Adversarial.Evaluation.Reports.Html;
using Microsoft.ML.Adversarial.Evaluation.Reports.Sections;
using Microsoft.ML.Adversarial.Networks;

namespace Microsoft.ML.Adversarial.Evaluation.Reports;

/// <summary>
/// A report on one or several models as one HTML file, for people: what was tested, the verdict in words, comparison, attacks, classes,
/// security curves, detection, pictures, what was checked, settings. It needs no network and no script, reads on a phone and on paper, in
/// light and dark; see docs/report.md.
/// </summary>
public sealed record EvaluationReport
{
    /// <summary>The heading, not empty.</summary>
    public required string Title { get; init; }

    /// <summary>What the report is about, in a few sentences; an empty line begins a paragraph. Default empty.</summary>
    public string Description { get; init; } = "";

    /// <summary>The models, at least one, of different names.</summary>
    public required IReadOnlyList<ReportedModel> Models { get; init; }

    /// <summary>
    /// Throws unless a report can be written to a path: to be called before hours of work. A file that is there will be replaced.
    /// </summary>
    /// <param name="path">The path of the HTML file to be.</param>
    /// <exception cref="IOException">No file can be written there.</exception>
    public static void RequireWritable(string path) => WritablePath.Require(path);

    /// <summary>Writes the report as one HTML file, whole or not at all.</summary>
    /// <param name="path">The file, which is replaced if there is one, in a folder that exists.</param>
    /// <exception cref="ArgumentException">There is no model, or two of one name.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path)
    {
        RequireWritable(path);
        WholeFile.Write(path, Write);
    }

    /// <summary>Writes the report as HTML in UTF-8, which is well-formed XML too.</summary>
    /// <param name="stream">Where to; it stays open.</param>
    /// <exception cref="ArgumentException">There is no model, or two of one name.</exception>
    public void Write(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (Models.Count == 0)
        {
            throw new ArgumentException("Expected at least one model to report on, got none.");
        }

        if (Models.GroupBy(model => model.Name).FirstOrDefault(group => group.Count() > 1) is { } same)
        {
            throw new ArgumentException($"Expected models of different names, got '{same.Key}' {same.Count()} times.");
        }

        HtmlPage.Write(stream, Title, ReportBody.Of(this));
    }
}
