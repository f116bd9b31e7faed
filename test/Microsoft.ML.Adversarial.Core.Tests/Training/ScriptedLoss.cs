using Microsoft.ML.Adversarial.Training.Losses;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training;

/// <summary>A loss that a test decides, step by step.</summary>
/// <param name="Evaluated">Gets the step from 0, the network and the batch.</param>
internal sealed record ScriptedLoss(Func<int, nn.Module<Tensor, Tensor>, Tensor, Tensor, Tensor> Evaluated) : TrainingLoss
{
    private int step;

    public override Tensor Evaluate(nn.Module<Tensor, Tensor> network, Tensor inputs, Tensor labels) =>
        Evaluated(step++, network, inputs, labels);

    /// <summary>Cross-entropy, and NaN from one step on.</summary>
    public static ScriptedLoss NaNFrom(int first) => new((step, network, inputs, labels) =>
        new CrossEntropyLoss().Evaluate(network, inputs, labels) * (step >= first ? double.NaN : 1));
}
