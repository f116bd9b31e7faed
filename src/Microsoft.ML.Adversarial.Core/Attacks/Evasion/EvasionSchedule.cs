namespace Microsoft.ML.Adversarial.Attacks.Evasion;

/// <summary>How an attack shares its steps between the classifier and detectors.</summary>
public enum EvasionSchedule
{
    /// <summary>
    /// Selective gradient descent (Bryniarski et al. 2021, arXiv:2106.09989, section 3.1): a step for the classifier where it is not fooled yet,
    /// else one for the detectors that raise the alarm. No step undoes what the others did more than it must.
    /// </summary>
    Selective,

    /// <summary>
    /// One sum of all gradients, each of length 1, those of detectors times multipliers that grow while the detector raises the alarm and shrink
    /// while it does not (Carlini &amp; Wagner 2017, arXiv:1705.07263, with multipliers that adapt by row and step).
    /// </summary>
    Lagrangian,
}
