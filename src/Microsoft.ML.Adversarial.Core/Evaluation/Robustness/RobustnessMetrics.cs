using Microsoft.ML.Adversarial.Evaluation.Diagnostics;

namespace Microsoft.ML.Adversarial.Evaluation.Robustness;

/// <summary>How a model fares under a suite of attacks. Computed from the <see cref="Record"/>, row by row, and from nothing else.</summary>
public sealed class RobustnessMetrics
{
    private const int CurvePoints = 40;

    /// <summary>The metrics of what was recorded.</summary>
    /// <param name="record">One evaluation, or several of parts of the data, joined.</param>
    /// <param name="confidence">The confidence of intervals, between 0 and 1. Default 0.95.</param>
    public RobustnessMetrics(EvaluationRecord record, double confidence = 0.95)
    {
        ArgumentNullException.ThrowIfNull(record);
        (Record, Confidence) = (record, confidence);
        EvaluatedRow[] rows = [.. record.Rows.Where(row => row.Error is null)];
        CleanAccuracy = Share.Of(rows.Count(row => row.IsCorrect), rows.Length, confidence);
        RobustAccuracy = Share.Of(rows.Count(IsRobust), rows.Length, confidence);
        Attacks = [.. record.Attacks.Select((_, index) => AttackMetrics.Of(record, index, confidence))];
        Classes =
        [
            .. record.Classes.Select((name, index) => (name, rows: rows.Where(row => row.Label == index).ToArray())).Select(of => new ClassMetrics(
                of.name,
                Share.Of(of.rows.Count(row => row.IsCorrect), of.rows.Length, confidence),
                Share.Of(of.rows.Count(IsRobust), of.rows.Length, confidence))),
        ];
        Curve = SmallestPerturbations(rows) ?? record.ProbedCurve;
        Diagnostics = [.. RecordDiagnostics.Of(this), .. record.Probes];
    }

    /// <summary>What was measured, row by row.</summary>
    public EvaluationRecord Record { get; }

    /// <summary>The confidence of all intervals.</summary>
    public double Confidence { get; }

    /// <summary>The rows that the model is right about unperturbed.</summary>
    public Share CleanAccuracy { get; }

    /// <summary>The rows that the model is right about and that no attack of the suite breaks: the worst case, row by row.</summary>
    public Share RobustAccuracy { get; }

    /// <summary>What each attack did, in the order of the suite.</summary>
    public IReadOnlyList<AttackMetrics> Attacks { get; }

    /// <summary>How each class fares.</summary>
    public IReadOnlyList<ClassMetrics> Classes { get; }

    /// <summary>
    /// Accuracy over the budget: on all rows where the suite looks for smallest perturbations, else on the first rows by a cheaper attack; null
    /// where it was not measured.
    /// </summary>
    public SecurityCurve? Curve { get; }

    /// <summary>What was checked before these numbers are to be believed.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; }

    /// <summary>The checks that cast doubt on the robust accuracy.</summary>
    public IEnumerable<Diagnostic> Warnings => Diagnostics.Where(diagnostic => diagnostic.CastsDoubt);

    /// <summary>Rows on which the model or an attack failed; they count in no share.</summary>
    public IEnumerable<EvaluatedRow> FailedRows => Record.Rows.Where(row => row.Error is not null);

    /// <summary>The result of one attack.</summary>
    /// <exception cref="KeyNotFoundException">There is none of this name.</exception>
    public AttackMetrics this[string attackName] => Attacks.FirstOrDefault(attack => attack.Name == attackName)
        ?? throw new KeyNotFoundException($"Expected one of the attacks {string.Join(", ", Attacks.Select(attack => attack.Name))}, got '{attackName}'.");

    /// <summary>The worst case over all attacks of one row.</summary>
    public bool IsRobust(EvaluatedRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return row.Error is null && Enumerable.Range(0, Record.Attacks.Count).All(attack => !AttackMetrics.IsBroken(Record, row, attack));
    }

    /// <summary>The robust accuracy with the warnings that belong to it.</summary>
    public override string ToString()
    {
        var text = FormattableString.Invariant(
            $"clean {CleanAccuracy.Value:P1}, robust {RobustAccuracy.Value:P1} ({Record.Suite}, {Record.Norm} <= {Record.Epsilon}, {RobustAccuracy.Total} rows)");
        return string.Join(Environment.NewLine, Warnings.Select(warning => $"  warning, {warning.Kind}: {warning.Finding}").Prepend(text));
    }

    // Of attacks that look for the smallest perturbation the sizes tell the accuracy at every budget.
    private SecurityCurve? SmallestPerturbations(EvaluatedRow[] rows)
    {
        int[] searches = [.. Record.Attacks.Index().Where(attack => attack.Item.IsMinimumNorm).Select(attack => attack.Index)];
        if (searches.Length == 0 || rows.Length == 0)
        {
            return null;
        }

        double[] smallest = [.. rows.Select(row => !row.IsCorrect ? 0 : searches.Min(search => SizeOf(row.Outcomes[search])))];
        double[] found = [.. smallest.Where(double.IsFinite).Append(Record.Epsilon).Order()];
        var last = Math.Max(Quantile.Of(found, 0.99), Record.Epsilon);
        var points = Enumerable.Range(0, CurvePoints + 1).Select(step => last * step / CurvePoints).Append(Record.Epsilon).Distinct().Order();
        return new(
            string.Join(", ", searches.Select(search => Record.Attacks[search].Name)), rows.Length,
            [.. points.Select(epsilon => (epsilon, correct: smallest.Count(size => size > epsilon * (1 + 1e-6))))
                .Select(point => new SecurityPoint(point.epsilon, point.correct, (double)point.correct / rows.Length))]);
    }

    private static double SizeOf(RowOutcome outcome) => outcome.IsMisclassified ? outcome.Size : double.PositiveInfinity;
}
