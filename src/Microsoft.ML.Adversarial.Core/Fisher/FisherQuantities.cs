namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>What <see cref="FisherInformation"/> computes; together, quantities share one computation.</summary>
[Flags]
public enum FisherQuantities
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>tr F.</summary>
    Trace = 1,

    /// <summary>vᵀFv along the direction v.</summary>
    QuadraticForm = 2,

    /// <summary>vᵀFv / ‖v‖².</summary>
    NormalisedQuadraticForm = 4,

    /// <summary>The largest eigenvalue of F: at least the normalised form along any direction, at most the trace.</summary>
    TopEigenvalue = 8,

    /// <summary>The sensitivity of each input component.</summary>
    Sensitivity = 16,

    /// <summary>The Euclidean length of the sensitivities of one input.</summary>
    SensitivityNorm = 32,
}
