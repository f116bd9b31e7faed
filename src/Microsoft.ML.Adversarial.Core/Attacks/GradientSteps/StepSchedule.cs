namespace Microsoft.ML.Adversarial.Attacks.GradientSteps;

/// <summary>How the length of a step changes from the first to the last.</summary>
public enum StepSchedule
{
    /// <summary>All steps are equally long.</summary>
    Constant,

    /// <summary>Steps shrink along half a cosine: (1 + cos(π·t/T))/2 of the first at step t of T (Loshchilov &amp; Hutter 2017, arXiv:1608.03983).</summary>
    Cosine,
}
