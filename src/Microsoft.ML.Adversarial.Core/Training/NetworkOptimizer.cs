using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training;

/// <summary>A TorchSharp optimiser whose rate can be set before every step.</summary>
internal sealed class NetworkOptimizer : IDisposable
{
    private readonly optim.Optimizer _optimizer;

    private NetworkOptimizer(optim.Optimizer optimizer) => _optimizer = optimizer;

    public double LearningRate
    {
        set
        {
            foreach (var group in _optimizer.ParamGroups)
            {
                group.LearningRate = value;
            }
        }
    }

    public static NetworkOptimizer Create(nn.Module module, TrainingOptions options)
    {
        var parameters = module.parameters();
        return new(options.Optimizer switch
        {
            OptimizerKind.Sgd => optim.SGD(
                parameters, options.LearningRate, options.Momentum, weight_decay: options.WeightDecay, nesterov: options.Nesterov && options.Momentum > 0),
            OptimizerKind.Adam => optim.Adam(parameters, options.LearningRate, weight_decay: options.WeightDecay),
            _ => optim.AdamW(parameters, options.LearningRate, weight_decay: options.WeightDecay),
        });
    }

    /// <summary>One gradient step; returns the loss before it. A loss that is no number changes nothing.</summary>
    public double Step(Func<Tensor> evaluate)
    {
        _optimizer.zero_grad();
        var loss = evaluate();
        var value = loss.to(ScalarType.Float64).item<double>();
        if (double.IsFinite(value))
        {
            loss.backward();
            _optimizer.step();
        }

        return value;
    }

    public void Dispose() => _optimizer.Dispose();
}
