namespace Microsoft.ML.Adversarial.Evaluation.Diagnostics;

/// <summary>One thing that was checked before a robust accuracy is believed.</summary>
/// <param name="Kind">What was checked.</param>
/// <param name="Outcome">Whether it casts doubt.</param>
/// <param name="Value">What was measured, mostly a share of rows; null where nothing was.</param>
/// <param name="Finding">What was found, in a sentence, and what to do if it casts doubt.</param>
public sealed record Diagnostic(DiagnosticKind Kind, DiagnosticOutcome Outcome, double? Value, string Finding)
{
    /// <summary>Whether numbers are to be printed with this warning.</summary>
    public bool CastsDoubt => Outcome == DiagnosticOutcome.Failed;
}
