using Microsoft.ML.Adversarial.Training.Losses;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training;

/// <summary>A loss that a test decides, step by step.</summary>
/// <param name="Evaluated">Gets the number of the step, from 0, and the step.</param>
internal sealed record ScriptedLoss(Func<int, TrainingStep, Tensor> Evaluated) : TrainingLoss
{
    private int number;

    public override Tensor Evaluate(TrainingStep step) => Evaluated(number++, step);

    /// <summary>Cross-entropy, and NaN from one step on.</summary>
    public static ScriptedLoss NaNFrom(int first) => new((number, step) => new CrossEntropyLoss().Evaluate(step) * (number >= first ? double.NaN : 1));
}
