using Microsoft.ML.Adversarial.Training.Checkpoints;
using Microsoft.ML.Adversarial.Training.Sharpness;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training;

/// <summary>A TorchSharp optimiser whose rate can be set before every step.</summary>
internal sealed class NetworkOptimizer : IDisposable
{
    private const string StateName = "optimizer";

    private readonly OptimizerHelper _optimizer;
    private readonly Parameter[] _weights;
    private readonly AdamStep? _adam;
    private readonly WeightPerturbation? _perturbation;
    private double _learningRate;
    private IReadOnlyList<OptimizerState>? _states;

    private NetworkOptimizer(optim.Optimizer optimizer, IEnumerable<Parameter> weights, TrainingOptions options)
    {
        _optimizer = (OptimizerHelper)optimizer;
        _weights = [.. weights];
        _adam = options.Optimizer is OptimizerKind.Sgd ? null : new(options.WeightDecay, options.Optimizer is OptimizerKind.AdamW);
        _perturbation = options.WeightPerturbation;
        _learningRate = options.LearningRate;
    }

    public double LearningRate
    {
        set
        {
            _learningRate = value;
            foreach (var group in _optimizer.ParamGroups)
            {
                group.LearningRate = value;
            }
        }
    }

    public static NetworkOptimizer Create(nn.Module module, TrainingOptions options)
    {
        var parameters = module.parameters();
        optim.Optimizer optimizer = options.Optimizer switch
        {
            OptimizerKind.Sgd => optim.SGD(
                parameters, options.LearningRate, options.Momentum, weight_decay: options.WeightDecay, nesterov: options.Nesterov && options.Momentum > 0),
            OptimizerKind.Adam => optim.Adam(parameters, options.LearningRate, weight_decay: options.WeightDecay),
            _ => optim.AdamW(parameters, options.LearningRate, weight_decay: options.WeightDecay),
        };
        return new(optimizer, parameters, options);
    }

    /// <summary>One gradient step; returns the loss before it. A loss that is no number changes nothing.</summary>
    /// <param name="evaluate">The loss at the weights as they are.</param>
    /// <param name="afterBackward">Called once the gradients of the loss at the weights themselves are there.</param>
    public double Step(Func<Tensor> evaluate, Action afterBackward)
    {
        var value = Differentiate(evaluate);
        if (!double.IsFinite(value))
        {
            return value;
        }

        afterBackward();
        if (_perturbation is not null)
        {
            var nearby = DifferentiateNearby(_perturbation, evaluate);
            value = double.IsFinite(nearby) ? value : nearby;
        }

        if (double.IsFinite(value))
        {
            Move();
        }

        return value;
    }

    public void Save(CheckpointContent content)
    {
        // Before the first step some have no state, which they cannot write either.
        if (_states is null)
        {
            return;
        }

        using MemoryStream stream = new();
        using (BinaryWriter writer = new(stream, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            _optimizer.save_state_dict(writer);
        }

        content.Add(StateName, stream.ToArray());
    }

    public void Load(CheckpointContent content)
    {
        if (!content.Has(StateName))
        {
            return;
        }

        using MemoryStream stream = new(content.Bytes(StateName));
        using BinaryReader reader = new(stream);
        _optimizer.load_state_dict(reader);
        _states = States();
        foreach (var state in _states.OfType<SGD.State>())
        {
            // Read anew, where others write into tensors that they have: it would go with the scope.
            state.momentum_buffer?.DetachFromDisposeScope();
        }
    }

    public void Dispose() => _optimizer.Dispose();

    private void Move()
    {
        // The first step is the optimiser's own, which makes its state.
        if (_adam is null || _states is null || !_adam.TryTake(_weights, _states, _learningRate))
        {
            _optimizer.step();
            _states ??= States();
        }
    }

    private IReadOnlyList<OptimizerState> States() => [.. _optimizer.state_dict().State];

    private double Differentiate(Func<Tensor> evaluate)
    {
        _optimizer.zero_grad();
        var loss = evaluate();
        var value = loss.to(ScalarType.Float64).item<double>();
        if (double.IsFinite(value))
        {
            loss.backward();
        }

        return value;
    }

    private double DifferentiateNearby(WeightPerturbation perturbation, Func<Tensor> evaluate)
    {
        using var scope = NewDisposeScope();
        Parameter[] moved = [.. _weights.Where(weight => weight.grad is not null)];
        var home = new Tensor[moved.Length];
        using (no_grad())
        {
            var displacements = perturbation.Displacements(moved, [.. moved.Select(weight => weight.grad!)]);
            for (var index = 0; index < moved.Length; index++)
            {
                // Adding and subtracting would not lead back to the same bits.
                home[index] = moved[index].detach().clone();
                moved[index].add_(displacements[index]);
            }
        }

        var value = Differentiate(evaluate);
        using (no_grad())
        {
            for (var index = 0; index < moved.Length; index++)
            {
                moved[index].copy_(home[index]);
            }
        }

        return value;
    }
}
