using System.Xml.Linq;
using Microsoft.ML.Adversarial.Evaluation.Diagnostics;
using Microsoft.ML.Adversarial.Evaluation.Reports.Html;

namespace Microsoft.ML.Adversarial.Evaluation.Reports.Sections;

/// <summary>What stands beside every number that a failed check casts doubt on: it leads to the checks.</summary>
internal static class DoubtMark
{
    /// <param name="warnings">The checks that failed; without any there is no mark.</param>
    /// <param name="checks">The id of the list of checks.</param>
    public static object[] Of(IEnumerable<Diagnostic> warnings, string checks) =>
        warnings.Any() ? [" ", new XElement("span", Tags.Class("warning"), Tags.Link(checks, "⚠ doubtful"))] : [];
}
