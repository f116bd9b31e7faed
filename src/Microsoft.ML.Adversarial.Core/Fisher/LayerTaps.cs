using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Fisher.LayerRules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>Watches a network's layers with parameters, and the elementwise functions that bend between them.</summary>
internal sealed class LayerTaps : IDisposable
{
    private readonly ForwardHooks<Observer> _hooks = new();
    private readonly HashSet<nn.Module> _covered = [];
    private long _outputElements;

    // A clone keeps what was recorded from an in-place activation that follows; networks of this library have none.
    private readonly bool _protectsOutputs;

    private LayerTaps(nn.Module module, bool protectsOutputs)
    {
        _protectsOutputs = protectsOutputs;
        var parameterHandles = new HashSet<IntPtr>();
        foreach (var layer in module.modules().Append(module))
        {
            var parameters = layer.parameters(recurse: false).ToArray();
            if (parameters.Length == 0)
            {
                continue;
            }

            var rule = LayerRuleTable.Find(layer);
            if (rule is null || layer is not nn.Module<Tensor, Tensor> hookable
                || parameters.Any(parameter => !parameterHandles.Add(parameter.Handle)))
            {
                Uncovered ??= layer.GetName();
                continue;
            }

            _hooks.Add(hookable, (observe, input, output) => observe(layer, rule, input, output));
            _covered.Add(layer);
            HasConvolutions |= rule is ConvolutionRule;
        }

        if (KnownCurvature.TryFind(module, out var curves))
        {
            HasKnownCurvature = true;
            foreach (var curve in curves)
            {
                _hooks.Add(curve, (observe, input, output) => observe(curve, null, input, output));
            }
        }

        Tail = DenseTail.Of(module).Where(_covered.Contains).ToArray();
    }

    /// <summary>What to do when a layer, with a rule, or a curve, with none, ran: null leaves its output, a tensor takes its place.</summary>
    public delegate Tensor? Observer(nn.Module layer, ILayerRule? rule, Tensor input, Tensor output);

    /// <summary>The first layer with parameters that no rule covers, or null when the fast path is exact.</summary>
    public string? Uncovered { get; }

    /// <summary>The number of layers that are recorded.</summary>
    public int Count => _covered.Count;

    /// <summary>Whether any layer works on feature maps, which are large.</summary>
    public bool HasConvolutions { get; }

    /// <summary>Whether <see cref="LayerRecording.Curves"/> are all that gradients with respect to layers' outputs change by.</summary>
    public bool HasKnownCurvature { get; }

    /// <summary>The linear layers at the end, with nothing but elementwise functions in between, first to last; often none.</summary>
    public IReadOnlyList<nn.Module> Tail { get; }

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
    public (Tensor Logits, LayerRecording Recording) Run(Func<Tensor, Tensor> forward, Tensor inputs)
    {
        var (uses, curves) = (new List<LayerUse>(), new List<(Tensor Input, Tensor Output)>());
        var logits = Run(forward, inputs, (layer, rule, input, output) =>
        {
            var cheaper = is_grad_enabled() ? rule?.CheaperOutput(input) : null;
            output = cheaper ?? output;

            // What a frozen layer makes of inputs that have no gradients, such as indices, is where the graph then begins.
            if (is_grad_enabled() && !output.requires_grad)
            {
                output.requires_grad_();
            }

            // Sequential disposes what passes between layers; an alias is a second handle to the same autograd variable.
            if (rule is null)
            {
                curves.Add((Alias(input), Alias(output)));
                return null;
            }

            uses.Add(new(layer, rule, Alias(input), Alias(output)));
            return _protectsOutputs ? output.clone() : cheaper;
        });
        return (logits, new(this, uses, curves));

        static Tensor Alias(Tensor tensor) => ForwardHooks<Observer>.Keep(tensor.alias());
    }

    /// <summary>Runs a forward pass under an observer.</summary>
    public Tensor Run(Func<Tensor, Tensor> forward, Tensor inputs, Observer observer) => _hooks.Run(observer, forward, inputs);

    public void Dispose() => _hooks.Dispose();
}
