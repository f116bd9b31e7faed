namespace Microsoft.ML.Adversarial.Evaluation.Diagnostics;

/// <summary>What came of a diagnostic.</summary>
public enum DiagnosticOutcome
{
    /// <summary>Nothing that casts doubt was found.</summary>
    Passed,

    /// <summary>Robust accuracy is likely to be overstated.</summary>
    Failed,

    /// <summary>It could not be checked, for the reason that it gives.</summary>
    NotChecked,
}
