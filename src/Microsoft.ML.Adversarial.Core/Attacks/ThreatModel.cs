using Microsoft.ML.Adversarial.Attacks.Constraints;
using Microsoft.ML.Adversarial.Norms;

namespace Microsoft.ML.Adversarial.Attacks;

/// <summary>How far an attacker may move an input.</summary>
public sealed record ThreatModel
{
    private readonly InputConstraints _constraints = InputConstraints.None;

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

    /// <summary>How the size of a perturbation is measured; to an attack at work, in the units of each feature's budget.</summary>
    public Norm Norm { get; }

    /// <summary>Largest size; +∞ where the attack minimises the size.</summary>
    public double Epsilon { get; }

    /// <summary>What an adversarial input must satisfy besides. Default none.</summary>
    public InputConstraints Constraints
    {
        get => _constraints;
        init => _constraints = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>The same threat model, for attacks that spend a budget.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none: epsilon is infinite.</exception>
    internal ThreatModel WithBudget() => double.IsPositiveInfinity(Epsilon)
        ? throw new ArgumentOutOfRangeException(
            nameof(Epsilon), "Expected a finite epsilon: this attack spends a budget, it does not minimise the size.")
        : this;

    /// <inheritdoc/>
    public override string ToString()
    {
        var size = double.IsPositiveInfinity(Epsilon) ? $"{Norm}, smallest" : FormattableString.Invariant($"{Norm} <= {Epsilon}");
        return Constraints.AreNone ? size : $"{size}, {Constraints}";
    }

    /// <summary>This threat model with a norm that obeys the constraints.</summary>
    internal ThreatModel Under(ValidInputs valid) => new(new ConstrainedNorm(Norm, valid), Epsilon) { Constraints = Constraints };
}
