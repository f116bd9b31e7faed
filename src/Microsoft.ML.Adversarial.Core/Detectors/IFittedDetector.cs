using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>A detector that is ready to score. A higher score is more suspicious.</summary>
public interface IFittedDetector
{
    /// <summary>Scores a batch; each row's score depends on that row alone.</summary>
    /// <param name="inputs">Shape [N, …], as the classifier takes them.</param>
    /// <returns>Shape [N], in the classifier's element type; a fresh tensor that the caller owns.</returns>
    Tensor Score(Tensor inputs);
}
