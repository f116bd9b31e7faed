using System.Text;
using System.Xml.Linq;
using Microsoft.ML.Adversarial.Evaluation.Diagnostics;
using Microsoft.ML.Adversarial.Evaluation.Systems;

namespace Microsoft.ML.Adversarial.Evaluation.Reports;

[TestClass]
public sealed class EvaluationReportTests
{
    private const string Hostile = "<script>alert('1')</script> & \"x\" \0";

    private static readonly Diagnostic Masked = new(DiagnosticKind.VanishingGradients, DiagnosticOutcome.Failed, 0.97, "The gradient of 97 % of rows vanishes.");

    [TestMethod]
    public void EveryModelIsThere()
    {
        XElement page = Page(ReportExample.Model("plain", 1), ReportExample.Model("hardened", 2, robust: 0.9));

        foreach (string name in new[] { "plain", "hardened" })
        {
            Assert.AreEqual(1, page.Descendants("h2").Count(heading => heading.Value == name));
            Assert.AreEqual(1, page.Descendants("article").Count(card => card.Element("h3")!.Value == name));
        }

        StringAssert.Contains(page.Descendants("article").First().Value, "Right about 98.0 % of 200 clean rows (95 %: ");
        StringAssert.Contains(page.Descendants("article").First().Value, "an attacker within Linf ≤ 0.1 leaves ");
        Assert.AreEqual("hardened", Section(page, "comparison").Descendants("tbody").Single().Elements().First().Element("th")!.Value);
    }

    [TestMethod]
    public void ANumberWithAFailedCheckHasItsWarning()
    {
        XElement page = Page(ReportExample.Model("honest", 1), ReportExample.Model("masked", 2, robust: 0.9, probes: Masked));

        XElement[] cards = [.. page.Descendants("article")];
        Assert.IsFalse(cards[0].Value.Contains("not to be trusted", StringComparison.Ordinal));
        StringAssert.Contains(cards[1].Value, "not to be trusted");
        StringAssert.Contains(cards[1].Value, Masked.Finding);
        XElement[] rows = [.. Section(page, "comparison").Descendants("tbody").Single().Elements()];
        Assert.AreEqual("honest", rows[0].Element("th")!.Value);
        StringAssert.Contains(rows[1].Value, "⚠ doubtful");
        Assert.IsFalse(rows[0].Value.Contains("doubtful", StringComparison.Ordinal));
        StringAssert.Contains(Section(page, "curves").Value, "⚠ doubtful");
        Assert.AreEqual(1, page.Descendants("li").Count(item => item.Value.StartsWith("✗Vanishing gradients, failed: ", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void NamesAreTextAndNothingElse()
    {
        EvaluationReport report = new()
        {
            Title = Hostile,
            Description = Hostile,
            Models =
            [
                ReportExample.Model(Hostile, 1) with
                {
                    Settings = [new(Hostile, Hostile)], Figures = [new(Hostile, Hostile)], System = ReportExample.System(1, detectors: [Hostile, "a"]),
                },
            ],
        };

        XElement page = Parsed(report);

        Assert.IsEmpty(page.Descendants("script"));
        Assert.AreEqual(Hostile.Replace('\0', '\uFFFD'), page.Descendants("h1").Single().Value);
        Assert.IsGreaterThan(5, page.Descendants().Count(element => !element.HasElements && element.Value == Hostile.Replace('\0', '\uFFFD')));
    }

    [TestMethod]
    public void NothingIsLoaded()
    {
        XElement page = Page(ReportExample.Model("plain", 1));

        Assert.IsTrue(page.Descendants().Attributes("src").All(source => source.Value.StartsWith("data:image/png;base64,", StringComparison.Ordinal)));
        Assert.IsTrue(page.Descendants().Attributes("href").All(link => link.Value.StartsWith('#')));
        Assert.IsEmpty(page.Descendants("link").Concat(page.Descendants("script")));
        string style = page.Descendants("style").Single().Value;
        Assert.IsFalse(style.Contains("url(", StringComparison.Ordinal) || style.Contains("@import", StringComparison.Ordinal));
        StringAssert.Contains(page.Descendants("meta").Attributes("content").Last().Value, "default-src 'none'");
    }

    [TestMethod]
    public void LinksLeadSomewhereAndNamesAreOfOneKind()
    {
        XElement page = Page(ReportExample.Model("plain", 1), ReportExample.Model("masked", 2, probes: Masked), Detecting("first"), Detecting("second"));

        string[] ids = [.. page.Descendants().Attributes("id").Select(id => id.Value)];
        CollectionAssert.AllItemsAreUnique(ids);
        Assert.IsEmpty(page.Descendants().Attributes("href").Select(link => link.Value[1..]).Except(ids));
        Assert.IsEmpty(page.Descendants().Attributes("aria-labelledby").Select(label => label.Value).Except(ids));
    }

    [TestMethod]
    public void ItCanBeReadOut()
    {
        XElement page = Page(
            ReportExample.Model("plain", 1), Detecting("detecting"), Detecting("broken", odd: float.NaN), Detecting("endless", odd: float.PositiveInfinity),
            Detecting("unbroken", success: 0));

        int[] levels = [.. page.Descendants().Where(element => element.Name.LocalName is ['h', >= '1' and <= '4']).Select(element => element.Name.LocalName[1] - '0')];
        Assert.AreEqual(1, levels[0]);
        Assert.IsTrue(levels.Zip(levels.Skip(1)).All(pair => pair.Second <= pair.First + 1), string.Join(' ', levels));
        Assert.IsTrue(page.Descendants("th").All(heading => heading.Attribute("scope") is not null));
        Assert.IsTrue(page.Descendants("table").All(table => table.Element("caption") is not null));
        Assert.IsTrue(page.Descendants("svg").All(drawing => (string?)drawing.Attribute("aria-hidden") == "true" || drawing.Element("title")!.Value.Length > 0));
        Assert.IsTrue(page.Descendants("img").All(image => image.Attribute("alt")!.Value.Length > 0));
        Assert.IsFalse(page.Descendants("path").Attributes("d").Any(path => path.Value.Length == 0 || path.Value.Contains("NaN", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void TenModelsStaySmall()
    {
        EvaluationReport report = Report(
        [
            .. Enumerable.Range(0, 10).Select(index => ReportExample.Model($"model {index}", index, rows: 1000, attacks: 5) with
            {
                System = ReportExample.System(index, rows: 1000, detectors: ["FisherTrace", "LogitMargin", "Mahalanobis"]),
            }),
        ]);
        using MemoryStream stream = new();

        report.Write(stream);

        Assert.IsLessThan(5_000_000, stream.Length);
    }

    [TestMethod]
    public void WhatCannotBeWrittenIsToldBefore()
    {
        using TemporaryFolder folder = new();

        EvaluationReport.RequireWritable(folder.File("report.html"));

        Assert.IsEmpty(Directory.GetFiles(folder.FullName));
        StringAssert.Contains(Assert.ThrowsExactly<IOException>(() => EvaluationReport.RequireWritable(folder.File("none/report.html"))).Message, "folder does not exist");
        StringAssert.Contains(Assert.ThrowsExactly<IOException>(() => EvaluationReport.RequireWritable(folder.FullName)).Message, "this is a folder");
        Assert.ThrowsExactly<IOException>(() => Report(ReportExample.Model("plain", 1, rows: 10)).Save(folder.File("none/report.html")));
    }

    [TestMethod]
    public void ItIsSavedWhole()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("report.html", [1, 2, 3]);

        Report(ReportExample.Model("plain", 1)).Save(path);

        StringAssert.StartsWith(File.ReadAllText(path), "<!DOCTYPE html>\n<html lang=\"en\">");
        Assert.HasCount(1, Directory.GetFiles(folder.FullName));
    }

    [TestMethod]
    public void ModelsHaveDifferentNames()
    {
        Assert.ThrowsExactly<ArgumentException>(() => Report().Write(Stream.Null));
        ArgumentException error = Assert.ThrowsExactly<ArgumentException>(
            () => Report(ReportExample.Model("same", 1), ReportExample.Model("same", 2)).Write(Stream.Null));
        StringAssert.Contains(error.Message, "got 'same' 2 times");
    }

    [TestMethod]
    public void DetectorsUnderAttackAreThereWithEveryNumber()
    {
        SystemMetrics metrics = ReportExample.System(3, detectors: ["FisherTrace", "Margin"]);
        XElement page = Page(ReportExample.Model("plain", 1), ReportExample.Model("detecting", 2) with { System = metrics });

        string verdict = page.Descendants("article").Last().Value;
        StringAssert.Contains(verdict, FormattableString.Invariant(
            $"makes {100 * metrics.UnflaggedError.Value:0.0} % of 60 rows misclassified and unflagged (95 %: {100 * metrics.UnflaggedError.Interval.Lower:0.0}–"));
        StringAssert.Contains(verdict, FormattableString.Invariant($"the system holds {100 * metrics.RobustAccuracy.Value:0.0} % (95 %: "));
        XElement comparison = Section(page, "comparison");
        int column = comparison.Descendants("thead").Single().Descendants("th").ToList().FindIndex(heading => heading.Value == "Unflagged error");
        string[] errors = [.. comparison.Descendants("tbody").Single().Elements().OrderBy(row => row.Element("th")!.Value).Select(row => row.Elements().ElementAt(column).Value)];
        StringAssert.StartsWith(errors[0], FormattableString.Invariant($"{100 * metrics.UnflaggedError.Value:0.0} % "));
        Assert.AreEqual("–", errors[1]);

        foreach (SystemDetectorMetrics detector in metrics.Detectors)
        {
            XElement table = Table(page, $"{detector.Name} alone.");
            XElement[] rows = [.. table.Element("tbody")!.Elements()];
            Assert.HasCount(3, rows, "two of the suite and the adaptive one");
            foreach (XElement row in rows)
            {
                SystemAttackMetrics attack = metrics[row.Element("th")!.Value.TrimStart('◆')];
                Assert.AreEqual(attack.Attack.IsAdaptive, row.Element("th")!.Value[0] == '◆');
                string[] cells = [.. row.Elements("td").Select(cell => cell.Value)];
                DetectionMetrics against = attack[detector.Name].Metrics!;
                Assert.AreEqual(FormattableString.Invariant($"{100 * attack.Success.Value:0.0} %"), cells[0]);
                StringAssert.StartsWith(cells[1], FormattableString.Invariant($"{against.AreaUnderRocCurve:0.000}"));
                Assert.AreEqual(attack.Attack.IsAdaptive, cells[1].EndsWith("lowest adaptive", StringComparison.Ordinal));
                Assert.AreEqual(FormattableString.Invariant($"{100 * against.TruePositiveRateAt1Percent:0.0} %"), cells[2]);
                Assert.AreEqual(FormattableString.Invariant($"{100 * against.TruePositiveRateAt5Percent:0.0} %"), cells[3]);
                StringAssert.StartsWith(cells[4], FormattableString.Invariant($"{100 * attack[detector.Name].TruePositives.Value:0.0} % "));
                StringAssert.StartsWith(cells[5], FormattableString.Invariant($"{100 * attack[detector.Name].UnflaggedError.Value:0.0} % "));
            }
        }

        Assert.HasCount(1, Table(page, "Margin against attacks that know of others.").Element("tbody")!.Elements());
        string[] charts = [.. page.Descendants("figure").Select(figure => figure.Element("h4")?.Value).OfType<string>()];
        CollectionAssert.IsSubsetOf(new[] { "ROC curves, FisherTrace", "ROC curves, Margin", "FisherTrace, adaptive FisherTrace, selective" }, charts);
        XElement roc = page.Descendants("figure").Single(figure => figure.Element("h4")?.Value == "ROC curves, Margin");
        Assert.AreEqual(3, roc.Descendants("path").Count(path => path.Parent!.Attribute("class")?.Value == "chart" && path.Attribute("class")!.Value.StartsWith("line", StringComparison.Ordinal)));
        XElement histogram = page.Descendants("figure").Single(figure => figure.Element("h4")?.Value == "Margin, " + metrics.Detectors[1].Plain!.Attack);
        Assert.IsTrue(histogram.Descendants("text").Any(text => text.Value == "threshold"));
        StringAssert.Contains(Table(page, "The model's settings, the attacks' and the detectors'.", last: true).Value, "flags scores above 1.5, calibrated on 400 clean rows");
    }

    [TestMethod]
    public void ANumberWithDetectorsThatAFailedCheckDoubtsHasItsWarning()
    {
        XElement page = Page(
            Detecting("honest"), ReportExample.Model("spared", 2) with
            {
                System = ReportExample.System(3, whyNotEvaded: "its score has no gradient", detectors: ["FisherTrace", "KernelDensity"]),
            });

        XElement[] cards = [.. page.Descendants("article")];
        StringAssert.Contains(cards[1].Value, "The numbers with detectors are not to be trusted: ");
        StringAssert.Contains(cards[1].Value, "No adaptive attack was made against KernelDensity: its score has no gradient.");
        Assert.IsFalse(cards[0].Value.Contains("No adaptive attack was made", StringComparison.Ordinal));
        string[] marks = [.. page.Descendants("span").Where(mark => mark.Attribute("class")?.Value == "warning").Select(mark => mark.Element("a")!.Attribute("href")!.Value)];
        Assert.AreEqual(5, marks.Count(mark => mark == "#system-checks-2"), "comparison, two joint numbers, the detector, the worst case");
        Assert.AreEqual("With detectors", page.Descendants("h4").Single(heading => heading.Attribute("id")?.Value == "system-checks-2").Value);
        Assert.AreEqual("none was made ⚠ doubtful", Table(page, "Each detector at its worst", last: true).Element("tbody")!.Elements().Last().Elements().Last().Value);
    }

    [TestMethod]
    public void AnAttackThatBrokeNothingLeavesDashes()
    {
        XElement page = Page(Detecting("unbroken", success: 0));

        Assert.IsTrue(page.Descendants("p").Any(text => text.Value == "No attack broke a row: there is nothing to detect."));
        foreach (XElement row in Table(page, "FisherTrace alone.").Element("tbody")!.Elements())
        {
            string[] cells = [.. row.Elements("td").Select(cell => cell.Value)];
            CollectionAssert.AreEqual(new[] { "–", "–", "–", "–" }, cells[1..5]);
            Assert.AreEqual("0.0 %", cells[0]);
        }

        Assert.IsFalse(page.Descendants("figure").Any(figure => figure.Element("h4")?.Value.StartsWith("ROC curves, Margin", StringComparison.Ordinal) == true));
    }

    [TestMethod]
    public void ScoresThatAreNoNumbersAreTold()
    {
        XElement nan = Page(Detecting("nan", odd: float.NaN)), infinite = Page(Detecting("infinite", odd: float.PositiveInfinity));

        XElement[] histograms = [.. nan.Descendants("figure").Where(figure => figure.Element("h4")?.Value == "Margin, adaptive Margin, selective")];
        StringAssert.Contains(histograms.Single().Element("figcaption")!.Value, "scores are no numbers and not shown.");
        foreach (XElement page in new[] { nan, infinite })
        {
            Assert.IsFalse(page.Descendants().Attributes().Any(attribute => attribute.Value.Contains("NaN", StringComparison.Ordinal) || attribute.Value.Contains('∞')));
            Assert.IsFalse(page.Descendants("td").Any(cell => cell.Value.Contains("NaN", StringComparison.Ordinal)));
        }
    }

    [TestMethod]
    public void AThresholdBeyondTheScoresIsTold()
    {
        ReportedScores scores = new("Margin", "pgd", [1, 2, 3], [2, 3, 4]) { Threshold = float.PositiveInfinity };
        XElement page = Page(ReportExample.Model("plain", 1) with { Scores = [scores] });

        XElement figure = page.Descendants("figure").Single(figure => figure.Element("h4")?.Value == "Margin, pgd");
        Assert.AreEqual("The threshold, ∞, lies beyond the axis.", figure.Element("figcaption")!.Value);
        Assert.IsFalse(figure.Descendants("text").Any(text => text.Value == "threshold"));
    }

    private static ReportedModel Detecting(string name, double success = 0.8, float? odd = null) => ReportExample.Model(name, 1) with
    {
        System = ReportExample.System(3, success: success, odd: odd, detectors: ["FisherTrace", "Margin"]),
    };

    private static XElement Table(XElement page, string caption, bool last = false)
    {
        XElement[] tables = [.. page.Descendants("table").Where(table => table.Element("caption")!.Value.StartsWith(caption, StringComparison.Ordinal))];
        return last ? tables[^1] : tables.Single();
    }

    private static XElement Section(XElement page, string id) => page.Descendants("section").Single(section => (string?)section.Attribute("id") == id);

    private static EvaluationReport Report(params ReportedModel[] models) => new() { Title = "Robustness of digits", Description = "About digits.", Models = models };

    private static XElement Page(params ReportedModel[] models) => Parsed(Report(models));

    // Numbers and their units are tied together by no-break spaces.
    private static XElement Parsed(EvaluationReport report)
    {
        using MemoryStream stream = new();
        report.Write(stream);
        return XDocument.Parse(Encoding.UTF8.GetString(stream.ToArray()).Replace('\u00A0', ' ')).Root!;
    }
}
