using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>A fitted detector with the gradient of its score.</summary>
internal sealed class DifferentiableFittedDetector(FittedDetector detector) : IDifferentiableDetector
{
    public Tensor Score(Tensor inputs) => detector.Score(inputs);

    public Tensor ScoreGradient(Tensor inputs) => ScoreGradients.Of(
        inputs, RowBatches.Rows, rows => detector.Detector.ScoreWithGraph(detector.Classifier, detector.State, rows));
}
