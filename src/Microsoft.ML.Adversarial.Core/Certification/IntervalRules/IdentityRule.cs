namespace Microsoft.ML.Adversarial.Certification.IntervalRules;

/// <summary>A layer that does nothing in evaluation mode: dropout.</summary>
internal sealed class IdentityRule : IIntervalRule
{
    public IntervalBounds Propagate(IntervalBounds input, double rounding) => input;
}
