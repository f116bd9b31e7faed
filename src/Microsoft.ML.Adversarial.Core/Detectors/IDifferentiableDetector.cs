using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>A detector whose scores are differentiable in the inputs: what attacks need that evade it.</summary>
public interface IDifferentiableDetector : IFittedDetector
{
    /// <summary>
    /// In which direction each row's score grows. A positive multiple of the score's gradient, row by row: attacks follow directions, and a
    /// multiple keeps its digits where scores are near 0.
    /// </summary>
    /// <param name="inputs">Shape [N, …], as the classifier takes them.</param>
    /// <returns>In the shape of <paramref name="inputs"/>; a fresh tensor that the caller owns.</returns>
    Tensor ScoreGradient(Tensor inputs);
}
