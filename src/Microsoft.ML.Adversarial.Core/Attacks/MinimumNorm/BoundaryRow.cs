namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm;

/// <summary>Where one row of a walk over the boundary is.</summary>
/// <param name="index">Which of the rows it is.</param>
internal sealed class BoundaryRow(int index)
{
    public int Index { get; } = index;

    /// <summary>By how much the logits that decided in the last pass differ: above 0 where the goal is reached.</summary>
    public double Margin { get; set; }

    /// <summary>Whether the last pass found the goal reached.</summary>
    public bool Reached => Margin > 0;

    /// <summary>The size of the perturbation.</summary>
    public double Size { get; set; }

    /// <summary>The size of the smallest perturbation that reached the goal so far; +∞ before there is one.</summary>
    public double Smallest { get; set; } = double.PositiveInfinity;

    /// <summary>The length, radius or threshold that a step keeps for the next one.</summary>
    public double Radius { get; set; }
}
