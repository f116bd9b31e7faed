using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Trees;

/// <summary>How far rows are from their goals, with proof. Owns its tensor.</summary>
public sealed class TreeEvasionBounds : IDisposable
{
    internal TreeEvasionBounds(Tensor inputs, IReadOnlyList<double> lowerBounds, IReadOnlyList<double> upperBounds, IReadOnlyList<bool> isExact) =>
        (Inputs, LowerBounds, UpperBounds, IsExact) = (inputs, lowerBounds, upperBounds, isExact);

    /// <summary>The nearest inputs found that reach the goal, the row itself where none was; shape [N, features].</summary>
    public Tensor Inputs { get; }

    /// <summary>
    /// No input within the bounds that is nearer reaches the goal: one size per row in the norm of the attack. ε where nothing within it does; +∞ where
    /// nothing at all does.
    /// </summary>
    public IReadOnlyList<double> LowerBounds { get; }

    /// <summary>The distances of <see cref="Inputs"/>, which reach the goal; +∞ where none was found.</summary>
    public IReadOnlyList<double> UpperBounds { get; }

    /// <summary>Whether the bounds are the distance itself: the search was completed, and found something or was not limited by ε.</summary>
    public IReadOnlyList<bool> IsExact { get; }

    /// <inheritdoc/>
    public void Dispose() => Inputs.Dispose();
}
