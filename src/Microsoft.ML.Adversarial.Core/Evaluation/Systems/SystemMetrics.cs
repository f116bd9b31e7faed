using Microsoft.ML.Adversarial.Evaluation.Diagnostics;
using Microsoft.ML.Adversarial.Evaluation.Robustness;

namespace Microsoft.ML.Adversarial.Evaluation.Systems;

/// <summary>
/// How a classifier with its detectors fares under attacks that know of them and under those that do not. Computed from the
/// <see cref="Record"/>, row by row, and from nothing else.
/// </summary>
public sealed class SystemMetrics
{
    /// <summary>The metrics of what was recorded.</summary>
    /// <param name="record">One evaluation.</param>
    /// <param name="confidence">The confidence of intervals, between 0 and 1. Default 0.95.</param>
    public SystemMetrics(SystemRecord record, double confidence = 0.95)
    {
        ArgumentNullException.ThrowIfNull(record);
        (Record, Confidence) = (record, confidence);
        SystemRow[] rows = [.. record.Rows.Where(row => row.Error is null)];
        CleanAccuracy = Of(row => row.IsCorrect);
        FalsePositives = Of(row => record.IsFlagged(row.Scores));
        CleanUnflaggedError = Of(row => !row.IsCorrect && !record.IsFlagged(row.Scores));
        UnflaggedError = Of(record.HasUnflaggedError);
        RobustAccuracy = Of(record.Holds);
        HalfBudgetAccuracy = rows.Length > 0 && rows.All(row => row.HoldsAtHalfBudget is not null) ? Of(row => row.HoldsAtHalfBudget == true) : null;
        Attacks = [.. record.Attacks.Select((_, index) => SystemAttackMetrics.Of(record, index, confidence))];
        Detectors = [.. record.Detectors.Select((detector, place) => SystemDetectorMetrics.Of(
            detector, Of(row => detector.IsFlagged(row.Scores[place])), Attacks))];
        Diagnostics = [.. SystemDiagnostics.Of(this)];

        Share Of(Func<SystemRow, bool> counts) => Share.Of(rows.Count(counts), rows.Length, confidence);
    }

    /// <summary>What was measured, row by row.</summary>
    public SystemRecord Record { get; }

    /// <summary>The confidence of all intervals.</summary>
    public double Confidence { get; }

    /// <summary>The rows that the classifier is right about unperturbed, flagged or not.</summary>
    public Share CleanAccuracy { get; }

    /// <summary>The unperturbed rows that the system flags, right or wrong: what the false-positive rate became on these rows.</summary>
    public Share FalsePositives { get; }

    /// <summary>The unperturbed rows that are misclassified and not flagged.</summary>
    public Share CleanUnflaggedError { get; }

    /// <summary>
    /// The worst case, row by row: those that some attack, or nothing at all, makes misclassified and not flagged within the budget.
    /// </summary>
    public Share UnflaggedError { get; }

    /// <summary>
    /// The robust accuracy of the system (Tramèr 2022, arXiv:2107.11630): rows that are right and not flagged unperturbed, and right or flagged after
    /// every attack.
    /// </summary>
    public Share RobustAccuracy { get; }

    /// <summary>The robust accuracy of the bare classifier with half the budget; null where it was not measured.</summary>
    public Share? HalfBudgetAccuracy { get; }

    /// <summary>What each attack did: those of the suite, and after them the adaptive ones.</summary>
    public IReadOnlyList<SystemAttackMetrics> Attacks { get; }

    /// <summary>What each detector is worth over all attacks, in the order of the system.</summary>
    public IReadOnlyList<SystemDetectorMetrics> Detectors { get; }

    /// <summary>What was checked before these numbers are to be believed.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; }

    /// <summary>The checks that cast doubt.</summary>
    public IEnumerable<Diagnostic> Warnings => Diagnostics.Where(diagnostic => diagnostic.CastsDoubt);

    /// <summary>Rows on which the classifier, a detector or an attack failed; they count in no share.</summary>
    public IEnumerable<SystemRow> FailedRows => Record.Rows.Where(row => row.Error is not null);

    /// <summary>The result of one attack.</summary>
    /// <exception cref="KeyNotFoundException">There is none of this name.</exception>
    public SystemAttackMetrics this[string attackName] => Attacks[AttackOf(attackName)];

    /// <summary>The result of one detector against one attack.</summary>
    /// <exception cref="KeyNotFoundException">There is none of this name.</exception>
    public DetectorMetrics this[string detector, string attackName] => this[attackName][detector];

    /// <summary>A detector's scores of the unperturbed rows, such as a histogram shows.</summary>
    /// <exception cref="KeyNotFoundException">There is none of this name.</exception>
    public float[] Scores(string detector)
    {
        var place = DetectorOf(detector);
        return [.. Record.Rows.Where(row => row.Error is null).Select(row => row.Scores[place])];
    }

    /// <summary>A detector's scores of the rows that an attack broke: right unperturbed, misclassified after it, within the budget.</summary>
    /// <exception cref="KeyNotFoundException">There is none of this name.</exception>
    public float[] Scores(string detector, string attackName)
    {
        var (place, attack) = (DetectorOf(detector), AttackOf(attackName));
        return
        [
            .. Record.Rows.Where(row => row.Error is null && row.IsCorrect && Record.IsMisclassified(row, attack))
                .Select(row => row.Outcomes[attack].Scores[place]),
        ];
    }

    /// <summary>The joint numbers with the warnings that belong to them.</summary>
    public override string ToString()
    {
        var text = FormattableString.Invariant(
            $"misclassified and unflagged {UnflaggedError.Value:P1} at worst, {CleanUnflaggedError.Value:P1} unperturbed; robust {RobustAccuracy.Value:P1}; ")
            + FormattableString.Invariant($"{FalsePositives.Value:P1} of clean rows flagged ({Record.Suite}, {Record.Norm} <= {Record.Epsilon}, {UnflaggedError.Total} rows)");
        return string.Join(Environment.NewLine, Warnings.Select(warning => $"  warning, {warning.Kind}: {warning.Finding}").Prepend(text));
    }

    private int AttackOf(string name) => Place([.. Record.Attacks.Select(attack => attack.Name)], name, "attacks");

    private int DetectorOf(string name) => Place([.. Record.Detectors.Select(detector => detector.Name)], name, "detectors");

    private static int Place(string[] names, string name, string what) => Array.IndexOf(names, name) is >= 0 and var place
        ? place
        : throw new KeyNotFoundException($"Expected one of the {what} {string.Join(", ", names)}, got '{name}'.");
}
