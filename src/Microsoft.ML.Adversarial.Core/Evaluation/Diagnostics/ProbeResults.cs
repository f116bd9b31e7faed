using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Evaluation.Diagnostics;

/// <summary>What attacks that are made for it found out about a classifier on the first rows of the data.</summary>
/// <param name="Diagnostics">One per kind.</param>
/// <param name="Curve">Accuracy over budgets; null where it was not measured.</param>
internal sealed record ProbeResults(IReadOnlyList<Diagnostic> Diagnostics, SecurityCurve? Curve)
{
    // A new diagnostic is a line here and a file beside this one.
    private static readonly IReadOnlyList<Func<ProbeSubject, Diagnostic>> Probes =
    [
        VanishingGradients.Probe, DescentIndicators.UnavailableGradients, UnstablePredictions.Probe, DescentIndicators.SilentSuccess,
        DescentIndicators.IncompleteOptimisation, TransferFailure.Probe, UnconstrainedFailure.Probe, MoreSteps.Probe,
    ];

    public static ProbeResults None { get; } = new([], null);

    /// <summary>Probes rows that were evaluated without an error.</summary>
    public static ProbeResults Of(
        IClassifier classifier, AttackSuite suite, IReadOnlyList<SuiteAttack> attacks, EvaluationBatch batch, IReadOnlyList<EvaluatedRow> evaluated,
        RobustnessOptions options)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        long[] places = [.. evaluated.Where(row => row.Error is null).Take(options.ProbeRows).Select(row => row.Row - batch.FirstRow)];
        if (places.Length == 0)
        {
            return None;
        }

        var rows = tensor(places, device: batch.Inputs.device);
        var labels = batch.Labels.to(batch.Inputs.device).index_select(0, rows);
        var run = new AttackRun
        {
            Seed = options.Seed, RowKeys = [.. places.Select(place => batch.FirstRow + place)], Cancellation = options.Cancellation,
        };
        var subject = new ProbeSubject(
            BatchEvaluation.Restarted(classifier, options.Seed, batch.FirstRow), suite, attacks, batch.Inputs.index_select(0, rows), labels, run);
        var curve = BudgetCurve.Measure(subject);
        return new([.. Probes.Select(probe => probe(subject)), BudgetCurve.Monotone(curve)], curve);
    }
}
