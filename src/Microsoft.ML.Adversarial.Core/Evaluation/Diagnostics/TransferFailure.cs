using Microsoft.ML.Adversarial.Attacks;

namespace Microsoft.ML.Adversarial.Evaluation.Diagnostics;

/// <summary>The fifth indicator: inputs that break the substitute of a transfer attack and not the model.</summary>
internal static class TransferFailure
{
    private const double LargestShare = 0.5;

    public static Diagnostic Probe(ProbeSubject subject)
    {
        Transfer[] transfers = [.. subject.Attacks.Select(attack => attack.Attack).OfType<Transfer>()];
        if (transfers.Length == 0)
        {
            return new(DiagnosticKind.TransferFailure, DiagnosticOutcome.NotChecked, null, "The suite has no transfer attack.");
        }

        var (onSubstitute, onModel) = (0, 0);
        foreach (var transfer in transfers)
        {
            var there = subject.Inputs.to(transfer.Substitute.ElementType, transfer.Substitute.Device);
            using var result = transfer.Attack.Run(transfer.Substitute, there, Goal.Misclassify(subject.Labels.to(there.device)), subject.Run);
            bool[] fooled = [.. result.Succeeded.cpu().data<bool>()];
            var right = subject.RightAfter(transfer);
            onSubstitute += fooled.Count(row => row);
            onModel += Enumerable.Range(0, subject.Count).Count(row => fooled[row] && !right[row]);
        }

        var failed = onSubstitute == 0 ? 0 : 1 - ((double)onModel / onSubstitute);
        var finding = FormattableString.Invariant($"Of {onSubstitute} inputs that fool the substitutes, {onModel} fool the model.");
        return failed > LargestShare
            ? new(DiagnosticKind.TransferFailure, DiagnosticOutcome.Failed, failed, $"{finding} The substitutes are not like the model: attack the model itself.")
            : new(DiagnosticKind.TransferFailure, DiagnosticOutcome.Passed, failed, finding);
    }
}
