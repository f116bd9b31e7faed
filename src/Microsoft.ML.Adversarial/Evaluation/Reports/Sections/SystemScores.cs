using Microsoft.ML.Adversarial.Evaluation.Systems;

namespace Microsoft.ML.Adversarial.Evaluation.Reports.Sections;

/// <summary>
/// The scores of a system's detectors on clean rows and on rows that attacks broke: of the suite's attacks and of those made to evade the
/// detector the one that it orders worst.
/// </summary>
internal static class SystemScores
{
    public static IEnumerable<ReportedScores> Of(SystemMetrics metrics) =>
        from detector in metrics.Detectors
        from attack in new[] { detector.Plain?.Attack, detector.Adaptive?.Attack }
        where attack is not null
        select new ReportedScores(detector.Name, attack, metrics.Scores(detector.Name), metrics.Scores(detector.Name, attack))
        {
            Threshold = detector.Detector.Threshold,
        };
}
