using System.Text;
using System.Xml.Linq;
using Microsoft.ML.Adversarial.Evaluation.Diagnostics;

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
            Models = [ReportExample.Model(Hostile, 1) with { Settings = [new(Hostile, Hostile)], Figures = [new(Hostile, Hostile)] }],
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
        XElement page = Page(ReportExample.Model("plain", 1), ReportExample.Model("masked", 2, probes: Masked));

        string[] ids = [.. page.Descendants().Attributes("id").Select(id => id.Value)];
        CollectionAssert.AllItemsAreUnique(ids);
        Assert.IsEmpty(page.Descendants().Attributes("href").Select(link => link.Value[1..]).Except(ids));
        Assert.IsEmpty(page.Descendants().Attributes("aria-labelledby").Select(label => label.Value).Except(ids));
    }

    [TestMethod]
    public void ItCanBeReadOut()
    {
        XElement page = Page(ReportExample.Model("plain", 1));

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
        EvaluationReport report = Report([.. Enumerable.Range(0, 10).Select(index => ReportExample.Model($"model {index}", index, rows: 1000, attacks: 5))]);
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
