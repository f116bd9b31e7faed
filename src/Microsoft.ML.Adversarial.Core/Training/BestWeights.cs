using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training;

/// <summary>A copy of the weights of the best epoch so far, to go back to.</summary>
internal sealed class BestWeights(nn.Module module)
{
    private Dictionary<string, Tensor>? _copy;
    private double _loss = double.PositiveInfinity;

    /// <summary>Epochs offered since the best one.</summary>
    public int EpochsSince { get; private set; }

    /// <summary>Keeps the weights if their validation loss is the smallest so far; without one, always.</summary>
    public bool Offer(double? validationLoss)
    {
        if (validationLoss is { } loss && !(loss < _loss))
        {
            EpochsSince++;
            return false;
        }

        _loss = validationLoss ?? _loss;
        EpochsSince = 0;
        using var noGrad = no_grad();
        var state = module.state_dict();
        _copy ??= state.ToDictionary(pair => pair.Key, pair => pair.Value.detach().clone().MoveToOuterDisposeScope());
        foreach (var (name, value) in state)
        {
            _copy[name].copy_(value);
        }

        return true;
    }

    /// <summary>Writes the best weights back; leaves the module as it is where no epoch was complete.</summary>
    public void Restore()
    {
        using var noGrad = no_grad();
        foreach (var (name, value) in module.state_dict())
        {
            if (_copy is not null)
            {
                value.copy_(_copy[name]);
            }
        }
    }

    /// <summary>Writes the best weights back after a loss that is no number, or throws where there are none.</summary>
    public void RestoreOrThrow(int epoch, long step, double loss)
    {
        if (_copy is null)
        {
            throw new TrainingDivergedException(epoch, step, loss);
        }

        Restore();
    }
}
