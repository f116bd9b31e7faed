using Microsoft.ML.Adversarial.Norms;

namespace Microsoft.ML.Adversarial.Attacks;

/// <summary>How far an attacker may move an input.</summary>
public sealed record ThreatModel
{
    /// <summary>A ball around every input.</summary>
    /// <param name="norm">How the size of a perturbation is measured.</param>
    /// <param name="epsilon">Largest size, at least 0, in the units of the features; +∞: no budget, the attack minimises the size.</param>
    public ThreatModel(Norm norm, double epsilon)
    {
        ArgumentNullException.ThrowIfNull(norm);
        Norm.RequireRadius(epsilon);
        Norm = norm;
        Epsilon = epsilon;
    }

    /// <summary>How the size of a perturbation is measured.</summary>
    public Norm Norm { get; }

    /// <summary>Largest size; +∞ where the attack minimises the size.</summary>
    public double Epsilon { get; }

    /// <summary>Throws where there is no budget, for attacks that spend one.</summary>
    internal void RequireFinite()
    {
        if (double.IsPositiveInfinity(Epsilon))
        {
            throw new ArgumentOutOfRangeException(
                nameof(Epsilon), "Expected a finite epsilon: this attack spends a budget, it does not minimise the size.");
        }
    }

    /// <inheritdoc/>
    public override string ToString() => double.IsPositiveInfinity(Epsilon) ? $"{Norm}, smallest" : FormattableString.Invariant($"{Norm} <= {Epsilon}");
}
