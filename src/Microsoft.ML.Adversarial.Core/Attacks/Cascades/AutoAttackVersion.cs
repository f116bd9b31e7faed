namespace Microsoft.ML.Adversarial.Attacks.Cascades;

/// <summary>The versions of AutoAttack that its authors recommend.</summary>
public enum AutoAttackVersion
{
    /// <summary>APGD-CE, APGD-T, FAB-T, Square: the version whose numbers are compared.</summary>
    Standard,

    /// <summary>More restarts and the untargeted attacks as well: APGD-CE, APGD-DLR, FAB, Square, APGD-T, FAB-T.</summary>
    Plus,

    /// <summary>For classifiers that draw random numbers: APGD-CE and APGD-DLR on gradients averaged over 20 passes.</summary>
    Rand,
}
