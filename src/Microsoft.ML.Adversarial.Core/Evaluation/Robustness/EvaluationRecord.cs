using Microsoft.ML.Adversarial.Attacks.Cascades;
using Microsoft.ML.Adversarial.Evaluation.Diagnostics;

namespace Microsoft.ML.Adversarial.Evaluation.Robustness;

/// <summary>
/// Everything that one evaluation measured, row by row. All metrics are computed from it and from nothing else, so that records of parts of the
/// data, joined, give what one evaluation of all of it gives.
/// </summary>
public sealed record EvaluationRecord : SuiteRecord
{
    /// <summary>What tells the model from others, if the caller said so, such as a hash of its file. Default null.</summary>
    public string? ModelFingerprint { get; init; }

    /// <summary>What tells the data from others, if the caller said so, such as a hash of its files. Default null.</summary>
    public string? DataFingerprint { get; init; }

    /// <summary>How many rows the whole data has, of which <see cref="Rows"/> may be a part.</summary>
    public required long RowCount { get; init; }

    /// <summary>Into how many parts the batches were dealt; 1 if they were not.</summary>
    public required int ShardCount { get; init; }

    /// <summary>The parts that are here, from 0, in rising order.</summary>
    public required IReadOnlyList<int> Shards { get; init; }

    /// <summary>The attacks.</summary>
    public required IReadOnlyList<AttackRecord> Attacks { get; init; }

    /// <summary>What AutoAttack noticed about the model in any batch.</summary>
    public required RobustnessWarnings Warnings { get; init; }

    /// <summary>What was found on the first rows of the data by attacks made for it; empty in parts that have not these rows.</summary>
    public required IReadOnlyList<Diagnostic> Probes { get; init; }

    /// <summary>Accuracy over budgets on the first rows of the data; null where it was not measured.</summary>
    public required SecurityCurve? ProbedCurve { get; init; }

    /// <summary>The rows, in rising order.</summary>
    public required IReadOnlyList<EvaluatedRow> Rows { get; init; }
}
