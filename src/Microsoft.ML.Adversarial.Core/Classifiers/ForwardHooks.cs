using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Classifiers;

/// <summary>
/// Forward hooks on a network's layers. They stay for as long as the classifier lives and act only on a thread that asked for it, so that any
/// number of threads can score, attack and record on one network.
/// </summary>
/// <typeparam name="TState">What one run works on.</typeparam>
internal sealed class ForwardHooks<TState> : IDisposable
    where TState : class
{
    // One per thread: the graph, grad mode and dispose scopes are thread-local as well.
    [ThreadStatic]
    private static (ForwardHooks<TState> Owner, TState State, DisposeScope? Scope)? s_current;

    private readonly List<Action> _removals = [];

    public int Count => _removals.Count;

    /// <param name="layer">Any layer of the network.</param>
    /// <param name="observe">Gets the run's state, what went in and what came out; null leaves that, a tensor takes its place.</param>
    public void Add(nn.Module<Tensor, Tensor> layer, Func<TState, Tensor, Tensor, Tensor?> observe) =>
        _removals.Add(layer.register_forward_hook((_, input, output) =>
            s_current is { } current && current.Owner == this ? observe(current.State, input, output)! : null!).remove);

    /// <summary>Lets what an observer made outlive dispose scopes of the network's own code: it belongs to the scope around the run.</summary>
    public static Tensor Keep(Tensor made)
    {
        var kept = made.DetachFromDisposeScope();
        s_current?.Scope?.Attach(kept);
        return kept;
    }

    /// <summary>Runs a forward pass under the hooks.</summary>
    public Tensor Run(TState state, Func<Tensor, Tensor> forward, Tensor inputs)
    {
        var outer = s_current;
        s_current = (this, state, CurrentDisposeScope);
        try
        {
            return forward(inputs);
        }
        finally
        {
            s_current = outer;
        }
    }

    public void Dispose()
    {
        foreach (var remove in _removals)
        {
            remove();
        }

        _removals.Clear();
    }
}
