using Microsoft.ML.Adversarial.Networks;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training.Callbacks;

/// <summary>What decides the weights of a training and what a callback may disturb without meaning to.</summary>
internal sealed class TrainingSurroundings(Network network)
{
    // A loss may draw from the global state. Putting it back alone would give a callback the same draws at every call.
    private readonly Tensor _random = get_rng_state();

    /// <summary>Makes a call, and puts everything back.</summary>
    public void Call(Action callback)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode(false);
        using var grad = enable_grad();
        var isTraining = network.Module.training;
        var threads = get_num_threads();
        var dropout = network.DropoutState;
        var random = get_rng_state();
        var statistics = network.Module.buffers().Select(buffer => (Buffer: buffer, Value: buffer.clone())).ToArray();
        set_rng_state(_random);
        try
        {
            callback();
        }
        finally
        {
            using var noGrad = no_grad();
            foreach (var (buffer, value) in statistics)
            {
                buffer.copy_(value);
            }

            _random.copy_(get_rng_state());
            set_rng_state(random);
            network.DropoutState = dropout;
            network.Module.train(isTraining);
            if (get_num_threads() != threads)
            {
                set_num_threads(threads);
            }
        }
    }
}
