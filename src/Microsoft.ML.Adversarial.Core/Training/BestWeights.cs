using Microsoft.ML.Adversarial.Training.Checkpoints;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training;

/// <summary>A copy of the weights of the best epoch so far, to go back to.</summary>
internal sealed class BestWeights(nn.Module module)
{
    private Dictionary<string, Tensor>? _copy;
    private double _loss = double.PositiveInfinity;

    /// <summary>Epochs offered since the best one.</summary>
    public int EpochsSince { get; private set; }

    /// <summary>Whether there are weights to go back to.</summary>
    public bool IsAny => _copy is not null;

    /// <summary>Keeps the weights if what they are judged by is the smallest so far; without a judgement, always.</summary>
    public bool Offer(double? loss)
    {
        if (loss is { } value && !(value < _loss))
        {
            EpochsSince++;
            return false;
        }

        _loss = loss ?? _loss;
        EpochsSince = 0;
        using var noGrad = no_grad();
        _copy ??= EmptyCopy();
        foreach (var (name, weights) in module.state_dict())
        {
            _copy[name].copy_(weights);
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

    public void Save(CheckpointContent content)
    {
        content.Add("bestLoss", _loss);
        content.Add("epochsSinceBest", EpochsSince);
        if (_copy is not null)
        {
            content.Add("best.", _copy);
        }
    }

    public void Load(CheckpointContent content)
    {
        _loss = content.Number("bestLoss");
        EpochsSince = (int)content.Number("epochsSinceBest");
        if (content.Has("best."))
        {
            using var noGrad = no_grad();
            _copy ??= EmptyCopy();
            content.CopyTo("best.", _copy);
        }
    }

    private Dictionary<string, Tensor> EmptyCopy() =>
        module.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.detach().clone().MoveToOuterDisposeScope());
}
