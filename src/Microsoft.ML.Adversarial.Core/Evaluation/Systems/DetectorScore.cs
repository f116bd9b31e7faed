using Microsoft.ML.Adversarial.Detectors;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Evaluation.Systems;

/// <summary>A detector's scores in main memory.</summary>
internal static class DetectorScore
{
    public static float[] Of(IFittedDetector detector, Tensor inputs)
    {
        using var scope = NewDisposeScope();
        return detector.Score(inputs).to(ScalarType.Float32).cpu().data<float>().ToArray();
    }
}
