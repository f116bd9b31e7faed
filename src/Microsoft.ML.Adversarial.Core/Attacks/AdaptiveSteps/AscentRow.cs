namespace Microsoft.ML.Adversarial.Attacks.AdaptiveSteps;

/// <summary>What an adaptive ascent remembers of a row besides points and gradients.</summary>
/// <param name="index">The row's place in the attack's context.</param>
internal sealed class AscentRow(int index)
{
    public int Index { get; } = index;

    /// <summary>Length of the next step, η.</summary>
    public double StepLength { get; set; }

    /// <summary>The objective at the current point; +∞ before the first, which is no rise.</summary>
    public double Objective { get; set; } = double.PositiveInfinity;

    /// <summary>The objective at the point before.</summary>
    public double LastObjective { get; set; }

    /// <summary>Above 0 where the current point clearly reaches the goal.</summary>
    public double Margin { get; set; }

    /// <summary>The largest objective of all points.</summary>
    public double Best { get; set; } = double.NegativeInfinity;

    /// <summary>The largest objective at the last checkpoint.</summary>
    public double BestAtCheckpoint { get; set; } = double.NegativeInfinity;

    /// <summary>Whether the current point is the best: it is stored only once the next one is no better.</summary>
    public bool IsAtBest { get; set; }

    /// <summary>Whether the best point reaches the goal.</summary>
    public bool IsBestReached { get; set; }

    /// <summary>The largest objective of stored points that reach the goal; −∞ where there is none.</summary>
    public double StoredReached { get; set; } = double.NegativeInfinity;

    /// <summary>Whether a point reached the goal.</summary>
    public bool IsReached => IsBestReached || StoredReached > double.NegativeInfinity;

    /// <summary>How many steps since the last checkpoint raised the objective.</summary>
    public int Increases { get; set; }

    /// <summary>Whether the last checkpoint shortened the step, or was none yet.</summary>
    public bool WasShortened { get; set; } = true;

    /// <summary>How many features the best point changed at the last checkpoint; L1 only.</summary>
    public int ChangedFeatures { get; set; }

    /// <summary>How many features a step may change; L1 only.</summary>
    public int StepFeatures { get; set; }
}
