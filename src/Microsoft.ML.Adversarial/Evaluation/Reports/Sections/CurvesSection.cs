using System.Xml.Linq;
using Microsoft.ML.Adversarial.Evaluation.Reports.Charts;
using Microsoft.ML.Adversarial.Evaluation.Reports.Html;
using Microsoft.ML.Adversarial.Evaluation.Robustness;

namespace Microsoft.ML.Adversarial.Evaluation.Reports.Sections;

/// <summary>Accuracy over the budget, all models of one norm in one chart.</summary>
internal static class CurvesSection
{
    public static XElement Of(IReadOnlyList<ReportedModel> models)
    {
        (ReportedModel Model, SecurityCurve Curve, int Index)[] curves =
        [
            .. models.Index().Where(model => model.Item.Metrics.Curve is { Points.Count: > 1 })
                .Select(model => (model.Item, model.Item.Metrics.Curve!, model.Index)),
        ];
        return new(
            "section", Tags.Id("curves"), new XElement("h2", "Security curves"),
            curves.Length == 0 ? Tags.Paragraph("Accuracy over the budget was not measured.") : null,
            curves.GroupBy(curve => curve.Model.Metrics.Record.Norm)
                .Select((group, place) => Chart(group.Key, [.. group], $"curves-{place + 1}")));
    }

    private static XElement Chart(string norm, (ReportedModel Model, SecurityCurve Curve, int Index)[] curves, string id)
    {
        var last = curves.SelectMany(curve => Points(curve.Curve)).Select(point => point.X).DefaultIfEmpty(0).Max();
        PlotArea area = new(
            new($"Budget {norm}, in the units of the features", 0, last > 0 ? last : 1),
            new("Accuracy under attack", 0, 1) { IsShare = true });
        ChartSeries[] series = [.. curves.Select(curve => new ChartSeries(curve.Model.Name, curve.Index, [.. Points(curve.Curve)]))];
        double[] budgets = [.. curves.Select(curve => curve.Model.Metrics.Record.Epsilon).Distinct().Where(budget => budget <= last)];
        var drawing = area.Draw(
            id, $"Accuracy under attack over the budget in {norm}: {string.Join(", ", series.Select(one => one.Name))}",
            [.. budgets.SelectMany(budget => area.Mark(budget, Wording.Invariant($"ε = {budget:G4}"))), .. LineChart.Lines(area, series)]);
        return new(
            "figure", drawing,
            ChartSeries.Legend(series.Zip(curves, (one, curve) => (one, (object)Entry(curve.Model, curve.Curve, curve.Index)))),
            new XElement(
                "figcaption", "The share of rows that stay right within each budget. The dotted line is the budget of the suite."));
    }

    private static IEnumerable<(double X, double Y)> Points(SecurityCurve curve) =>
        curve.Points.Where(point => double.IsFinite(point.Epsilon)).Select(point => (point.Epsilon, point.Accuracy));

    private static object[] Entry(ReportedModel model, SecurityCurve curve, int index) =>
    [
        model.Name, " ", new XElement("small", $"{curve.Attack} on {Wording.Count(curve.RowCount)} rows"),
        .. DoubtMark.Of(model.Metrics.Warnings, ChecksSection.Id(index)),
    ];
}
