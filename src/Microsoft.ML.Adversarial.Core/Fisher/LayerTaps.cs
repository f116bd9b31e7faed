using Microsoft.ML.Adversarial.Fisher.LayerRules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>
/// Forward hooks on a network's layers with parameters. They stay for as long as the classifier lives and record only on a thread that
/// asked for it, so that any number of threads can score, attack and record on one network.
/// </summary>
internal sealed class LayerTaps : IDisposable
{
    // One recording per thread: the graph, grad mode and dispose scopes are thread-local as well.
    [ThreadStatic]
    private static Recording? s_current;

    private readonly List<Action> _removals = [];
    private long _outputElements;

    // A clone keeps what was recorded from an in-place activation that follows; networks of this library have none.
    private readonly bool _protectsOutputs;

    private LayerTaps(nn.Module module, bool protectsOutputs)
    {
        _protectsOutputs = protectsOutputs;
        var covered = new HashSet<IntPtr>();
        foreach (var layer in module.modules().Append(module))
        {
            var parameters = layer.parameters(recurse: false).ToArray();
            if (parameters.Length == 0)
            {
                continue;
            }

            var rule = LayerRuleTable.Find(layer);
            if (rule is null || layer is not nn.Module<Tensor, Tensor> hookable || parameters.Any(parameter => !covered.Add(parameter.Handle)))
            {
                Uncovered ??= layer.GetName();
                continue;
            }

            var hook = hookable.register_forward_hook((_, input, output) => Record(layer, rule, input, output)!);
            _removals.Add(hook.remove);
            Count++;
            HasConvolutions |= rule is Conv2dRule;
        }
    }

    /// <summary>The first layer with parameters that no rule covers, or null when the fast path is exact.</summary>
    public string? Uncovered { get; }

    /// <summary>The number of layers that are recorded.</summary>
    public int Count { get; }

    /// <summary>Whether any layer works on feature maps, which are large.</summary>
    public bool HasConvolutions { get; }

    public static LayerTaps Attach(nn.Module module, bool mayWriteInPlace) => new(module, mayWriteInPlace);

    /// <summary>How many elements the outputs of all layers have for one row; found once, by a forward pass of one row.</summary>
    public long OutputElements(Func<Tensor, Tensor> forward, Tensor inputs)
    {
        if (_outputElements == 0)
        {
            using var noGrad = no_grad();
            using var scope = TorchSharp.torch.NewDisposeScope();
            _outputElements = Run(forward, inputs.narrow(0, 0, 1)).Recording.Uses.Sum(use => use.Output.numel());
        }

        return _outputElements;
    }

    /// <summary>Runs a forward pass and notes what went in and out of every layer.</summary>
    public (Tensor Logits, Recording Recording) Run(Func<Tensor, Tensor> forward, Tensor inputs)
    {
        var outer = s_current;
        var recording = new Recording(this);
        s_current = recording;
        try
        {
            return (forward(inputs), recording);
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

    private Tensor? Record(nn.Module layer, ILayerRule rule, Tensor input, Tensor output)
    {
        if (s_current is not { } recording || recording.Owner != this)
        {
            return null;
        }

        // Sequential disposes what passes between layers; an alias is a second handle to the same autograd variable.
        recording.Uses.Add(new LayerUse(layer, rule, input.detach(), output.alias()));
        return _protectsOutputs ? output.clone() : null;
    }

    /// <summary>What the layers did in one forward pass.</summary>
    public sealed class Recording(LayerTaps owner)
    {
        public LayerTaps Owner { get; } = owner;

        public List<LayerUse> Uses { get; } = [];

        /// <summary>
        /// Whether every layer was seen once, with the rows of the batch on its first axis. What the rules don't cover: a layer that ran twice,
        /// whose gradients add up across uses; one whose <c>forward</c> was called, which runs no hook; one that sees rows rearranged.
        /// </summary>
        public bool IsComplete(long rows) =>
            Uses.Count == Owner.Count && Uses.DistinctBy(use => use.Layer).Count() == Uses.Count
            && Uses.All(use => use.Input.shape[0] == rows);
    }

    /// <summary>One use of one layer: what went in (detached) and what came out (in the graph).</summary>
    public sealed record LayerUse(nn.Module Layer, ILayerRule Rule, Tensor Input, Tensor Output)
    {
        public Tensor Gram(Tensor cotangents) => Rule.Gram(Layer, Input, cotangents);
    }
}
