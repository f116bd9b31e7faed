using Microsoft.ML.Adversarial.Training;

namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

/// <summary>Does something after every epoch.</summary>
internal sealed class EpochCount(Action afterEpoch) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value) => afterEpoch();
}
