using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Evaluation.Diagnostics;

/// <summary>
/// The second indicator (Pintor et al. 2022, arXiv:2106.09947, equation 3): by how much the loss varies, relative to itself, at random points within
/// a radius that is small beside a step.
/// </summary>
internal static class UnstablePredictions
{
    private const int Points = 10;
    private const double Radius = 0.01;
    private const double LargestVariation = 0.1;
    private const double LargestShare = 0.1;

    public static Diagnostic Probe(ProbeSubject subject)
    {
        using var scope = NewDisposeScope();
        var goal = Goal.Misclassify(subject.Labels);
        var margins = AttackObjective.LogitMargin.Value(subject.Classifier.Logits(subject.Inputs), goal).to(ScalarType.Float64);
        var variation = zeros_like(margins);
        for (var point = 0; point < Points; point++)
        {
            using var pointScope = NewDisposeScope();
            var random = new RowRandom(subject.Run.Seed, subject.Run.RowKeys!, stream: point);
            var near = subject.Inputs + subject.Suite.Norm.Sample(subject.Inputs, Radius * subject.Suite.Epsilon, random);
            var there = AttackObjective.LogitMargin.Value(subject.Classifier.Logits(near.to(subject.Inputs.dtype)), goal).to(ScalarType.Float64);
            variation.add_((there - margins).abs() / margins.abs().clamp_(min: 1e-12) / Points);
        }

        var rows = variation.gt(LargestVariation).cpu().data<bool>().ToArray().Count(varies => varies);
        var finding = FormattableString.Invariant(
            $"The margin varies by more than 10 % within a hundredth of the budget on {rows} of {subject.Count} rows.");
        return rows > LargestShare * subject.Count
            ? new(
                DiagnosticKind.UnstablePredictions, DiagnosticOutcome.Failed, (double)rows / subject.Count,
                $"{finding} Single gradients mislead there: average over points, or use attacks without gradients.")
            : new(DiagnosticKind.UnstablePredictions, DiagnosticOutcome.Passed, (double)rows / subject.Count, finding);
    }
}
