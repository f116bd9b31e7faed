namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>How a detector makes one score of several, after each was brought to mean 0 and standard deviation 1 on clean rows.</summary>
public enum ScoreCombination
{
    /// <summary>Their sum: many slight oddities count as one big one.</summary>
    Sum,

    /// <summary>The largest of them: one odd layer is enough.</summary>
    Maximum,
}
