using Microsoft.ML.Adversarial.Training.Checkpoints;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training;

/// <summary>
/// The exponential moving average of the weights over the steps (Polyak &amp; Juditsky 1992), which is what is judged and kept. Early on it
/// follows faster, so that the first weights do not linger.
/// </summary>
internal sealed class WeightAverage(nn.Module module, double decay)
{
    private readonly Dictionary<string, Tensor> _average =
        module.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.detach().clone());

    private long _steps;

    public void Add()
    {
        using var noGrad = no_grad();
        _steps++;
        var keep = Math.Min(decay, (1.0 + _steps) / (10 + _steps));
        foreach (var (name, value) in module.state_dict())
        {
            if (value.is_floating_point())
            {
                _average[name].mul_(keep).add_(value, alpha: 1 - keep);
            }
            else
            {
                _average[name].copy_(value);
            }
        }
    }

    /// <summary>Exchanges the module's weights with their average; a second time, back.</summary>
    public void Swap()
    {
        using var noGrad = no_grad();
        foreach (var (name, value) in module.state_dict())
        {
            using var other = value.detach().clone();
            value.copy_(_average[name]);
            _average[name].copy_(other);
        }
    }

    public void Save(CheckpointContent content)
    {
        content.Add("averageSteps", _steps);
        content.Add("average.", _average);
    }

    public void Load(CheckpointContent content)
    {
        _steps = (long)content.Number("averageSteps");
        content.CopyTo("average.", _average);
    }
}
