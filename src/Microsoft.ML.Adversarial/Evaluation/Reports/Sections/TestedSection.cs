using System.Xml.Linq;
using Microsoft.ML.Adversarial.Evaluation.Reports.Html;
using Microsoft.ML.Adversarial.Evaluation.Robustness;

namespace Microsoft.ML.Adversarial.Evaluation.Reports.Sections;

/// <summary>What was tested: threat model, suite, rows, seed and versions. Models that were tested alike share a table.</summary>
internal static class TestedSection
{
    public static XElement Of(IReadOnlyList<ReportedModel> models) => new(
        "section", Tags.Id("tested"), new XElement("h2", "What was tested"),
        Tags.Paragraph(
            "Robust accuracy is the share of rows that the model is right about and that no attack of the suite breaks: the worst case, "
            + "row by row. It is an upper bound: a stronger attack may find more."),
        models.GroupBy(model => string.Join('\n', Facts(model.Metrics.Record).Select(fact => fact.Value)))
            .Select(group => Table([.. group])));

    private static XElement Table(IReadOnlyList<ReportedModel> models)
    {
        HtmlTable table = new(string.Join(", ", models.Select(model => model.Name)), "What", "Value") { HasTexts = true };
        foreach (var (name, value) in Facts(models[0].Metrics.Record))
        {
            table.Add(name, value);
        }

        return table.ToElement();
    }

    private static IEnumerable<(string Name, string Value)> Facts(EvaluationRecord record)
    {
        yield return ("Threat model", $"{record.Norm} ≤ {Wording.Invariant($"{record.Epsilon:G6}")}, in the units of the features");
        yield return ("Constraints", record.Constraints);
        yield return ("Suite", record.Suite);
        yield return ("Attacks", string.Join(", ", record.Attacks.Select(attack => attack.Name)));
        if (record.AttacksLeftOut.Count > 0)
        {
            yield return ("Attacks left out", $"{string.Join(", ", record.AttacksLeftOut)}: they need what the model has not");
        }

        var failed = record.Rows.Count(row => row.Error is not null);
        yield return ("Rows", $"{Wording.Count(record.Rows.Count)} of {Wording.Count(record.RowCount)}"
            + (failed > 0 ? $", of which {Wording.Count(failed)} could not be evaluated" : "") + (record.IsComplete ? "" : "; cancelled"));
        yield return ("Data fingerprint", DataFingerprint.Of(record));
        yield return ("Classes", $"{record.Classes.Count}");
        yield return ("Seed", Wording.Invariant($"{record.Seed}"));
        yield return ("Rows per batch", Wording.Count(record.BatchSize));
        yield return ("Parts", record.ShardCount == 1
            ? "not divided"
            : $"{string.Join(", ", record.Shards.Select(shard => shard + 1))} of {record.ShardCount}");
        yield return ("Version of the library", record.LibraryVersion);
    }
}
