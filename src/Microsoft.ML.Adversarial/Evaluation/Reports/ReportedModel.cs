using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.Evaluation.Systems;

namespace Microsoft.ML.Adversarial.Evaluation.Reports;

/// <summary>A model in a report.</summary>
/// <param name="Name">What the report calls it, not empty.</param>
/// <param name="Metrics">How it fared under a suite of attacks.</param>
public sealed record ReportedModel(string Name, RobustnessMetrics Metrics)
{
    /// <summary>How its detectors fare against attacks: tables and ROC curves; null for none. Default null.</summary>
    public DetectionEvaluation? Detection { get; init; }

    /// <summary>The model with its detectors under attacks that know of them; null for none. Default null.</summary>
    public SystemMetrics? System { get; init; }

    /// <summary>Scores of detectors on clean and on attacked rows: a histogram each. Default none.</summary>
    public IReadOnlyList<ReportedScores> Scores { get; init; } = [];

    /// <summary>Pictures, such as grids of adversarial inputs. Default none.</summary>
    public IReadOnlyList<ReportedPicture> Pictures { get; init; } = [];

    /// <summary>Further figures for the comparison, by name, in the order of its columns: what the models were optimised for, say. Default none.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Figures { get; init; } = [];

    /// <summary>How the model was made and tested, as names and values. Default none.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Settings { get; init; } = [];
}
