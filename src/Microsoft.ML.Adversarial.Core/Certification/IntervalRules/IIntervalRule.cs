namespace Microsoft.ML.Adversarial.Certification.IntervalRules;

/// <summary>
/// Bounds of what comes out of one kind of layer, from bounds of what goes in. To add a kind of layer: one file here, one line in
/// <see cref="IntervalRuleTable"/>.
/// </summary>
internal interface IIntervalRule
{
    /// <summary>The bounds of the output in evaluation mode, differentiable in the layer's parameters.</summary>
    /// <param name="input">Shape [N, …].</param>
    /// <param name="rounding">
    /// 0, or the unit roundoff u of an implementation of the layer: the bounds then hold what it computes too, in whatever order it sums.
    /// </param>
    IntervalBounds Propagate(IntervalBounds input, double rounding);
}
