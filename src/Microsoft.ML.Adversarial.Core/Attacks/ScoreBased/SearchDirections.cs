using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.ScoreBased;

/// <summary>An orthonormal set of directions.</summary>
internal abstract class SearchDirections
{
    /// <summary>How many there are.</summary>
    public abstract int Count { get; }

    /// <summary>Directions of length 1.</summary>
    /// <param name="indices">Which, shape [M], Int64.</param>
    /// <param name="like">Gives shape [M, …], element type and device.</param>
    public abstract Tensor Of(Tensor indices, Tensor like);
}
