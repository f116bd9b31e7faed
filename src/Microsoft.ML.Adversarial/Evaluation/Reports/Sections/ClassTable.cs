using System.Xml.Linq;
using Microsoft.ML.Adversarial.Evaluation.Reports.Html;
using Microsoft.ML.Adversarial.Evaluation.Robustness;

namespace Microsoft.ML.Adversarial.Evaluation.Reports.Sections;

/// <summary>How each class fares.</summary>
internal static class ClassTable
{
    public static IEnumerable<XElement> Of(RobustnessMetrics metrics, int index)
    {
        HtmlTable table = new("By the true class.", "Class", "Rows", "Clean accuracy", "Robust accuracy");
        foreach (var of in metrics.Classes)
        {
            table.Add(of.Name, Wording.Count(of.CleanAccuracy.Total), Wording.Share(of.CleanAccuracy), Wording.Share(of.RobustAccuracy));
        }

        yield return new("h3", "Classes", DoubtMark.Of(metrics.Warnings, ChecksSection.Id(index)));
        yield return Tags.Folded($"{metrics.Classes.Count} classes", table.ToElement());
    }
}
