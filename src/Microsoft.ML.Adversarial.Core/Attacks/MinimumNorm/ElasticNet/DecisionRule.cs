namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm.ElasticNet;

/// <summary>Which of the perturbations that reach the goal counts as the smallest.</summary>
public enum DecisionRule
{
    /// <summary>The one with the least β‖δ‖₁ + ‖δ‖₂²: EN in the paper.</summary>
    ElasticNet,

    /// <summary>The one with the least ‖δ‖₁.</summary>
    L1,
}
