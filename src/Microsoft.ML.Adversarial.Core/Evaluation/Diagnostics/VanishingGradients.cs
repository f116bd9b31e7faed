using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.Objectives;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Evaluation.Diagnostics;

/// <summary>
/// Whether the gradient of the cross-entropy vanishes at the inputs in the model's own precision, as defensive distillation makes it do (Carlini
/// &amp; Wagner 2017, arXiv:1608.04644, section IV): softmax of logits that lie far apart is flat.
/// </summary>
internal static class VanishingGradients
{
    private const double LargestShare = 0.05;

    // Relative to the gradient of the margin, which does not saturate. A small gradient still has a direction; near the smallest float it has none.
    private const double Smallest = 1e-30;

    public static Diagnostic Probe(ProbeSubject subject)
    {
        if (subject.Differentiable is not { } classifier)
        {
            return subject.NotChecked(DiagnosticKind.VanishingGradients);
        }

        using var scope = NewDisposeScope();
        var goal = Goal.Misclassify(subject.Labels);
        Tensor ofLoss, ofMargin;
        using (enable_grad())
        {
            ofLoss = classifier.InputGradient(Leaf(), logits => AttackObjective.CrossEntropy.Cotangent(logits, goal));
            ofMargin = classifier.InputGradient(Leaf(), logits => AttackObjective.LogitMargin.Cotangent(logits, goal));
        }

        var vanishing = ofLoss.flatten(1).abs().amax(1).le(ofMargin.flatten(1).abs().amax(1) * Smallest).cpu().data<bool>().ToArray();
        var rows = vanishing.Count(vanishes => vanishes);
        var finding = FormattableString.Invariant(
            $"The gradient of the cross-entropy is zero, or as good as, on {rows} of {subject.Count} rows.");
        return rows > LargestShare * subject.Count
            ? new(
                DiagnosticKind.VanishingGradients, DiagnosticOutcome.Failed, (double)rows / subject.Count,
                $"{finding} Attacks on the loss stand still there, which is not robustness: attack logits or margins (Carlini-Wagner, AutoAttack).")
            : new(DiagnosticKind.VanishingGradients, DiagnosticOutcome.Passed, (double)rows / subject.Count, finding);

        Tensor Leaf() => subject.Inputs.detach().clone().requires_grad_();
    }
}
