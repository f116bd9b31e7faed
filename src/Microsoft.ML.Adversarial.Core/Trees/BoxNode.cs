namespace Microsoft.ML.Adversarial.Trees;

/// <summary>A box still to be searched, as what it differs in from the box that it is part of.</summary>
/// <param name="Parent">That box; null for all inputs.</param>
/// <param name="Victory">What is searched for in it.</param>
/// <param name="Total">The distance of its nearest point.</param>
internal sealed record BoxNode(BoxNode? Parent, Victory Victory, double Total)
{
    /// <summary>The feature that has another interval.</summary>
    public int Feature { get; init; }

    public float Lower { get; init; } = float.NegativeInfinity;

    public float Upper { get; init; } = float.PositiveInfinity;

    public int Depth { get; } = Parent is null ? 0 : Parent.Depth + 1;
}
