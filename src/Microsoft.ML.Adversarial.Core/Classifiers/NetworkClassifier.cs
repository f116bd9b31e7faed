using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Fisher;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Networks.Onnx;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Classifiers;

/// <summary>
/// A TorchSharp network as a classifier: white-box attacks and Fisher information work on it.
/// Logits and gradients may be computed from several threads at once. The network stays in evaluation mode; its parameters,
/// <c>requires_grad</c> flags and <c>.grad</c> are never changed.
/// </summary>
public sealed class NetworkClassifier : IFeatureClassifier, IQueryCounter, IDisposable
{
    private readonly nn.Module<Tensor, Tensor> _module;
    private readonly LayerTaps _taps;
    private readonly bool _ownsModule;
    private long _queryCount;

    /// <summary>A classifier on a network of this library.</summary>
    /// <param name="network">The network. The classifier owns it from now on and disposes it.</param>
    /// <param name="bounds">The values inputs may take; one pair, or one per feature.</param>
    public NetworkClassifier(Network network, InputBounds bounds)
        : this((IStoredNetwork)network, bounds)
    {
    }

    /// <summary>A classifier on a network read from an ONNX model.</summary>
    /// <param name="network">The network. The classifier owns it from now on and disposes it.</param>
    /// <param name="bounds">The values inputs may take; one pair, or one per feature.</param>
    public NetworkClassifier(OnnxNetwork network, InputBounds bounds)
        : this((IStoredNetwork)network, bounds)
    {
    }

    /// <summary>
    /// A classifier on a network read from a TorchScript file. Attacks take its gradients; Fisher information goes row by row, since a
    /// script's
    /// layers cannot be looked into.
    /// </summary>
    /// <param name="network">The network. The classifier owns it from now on and disposes it.</param>
    /// <param name="bounds">The values inputs may take; one pair, or one per feature.</param>
    public NetworkClassifier(TorchScriptNetwork network, InputBounds bounds)
        : this((IStoredNetwork)network, bounds)
    {
    }

    /// <summary>A classifier on any TorchSharp module from inputs to logits.</summary>
    /// <param name="module">Maps [N, …<paramref name="inputShape"/>] to logits [N, <paramref name="classCount"/>]; in evaluation mode. The caller keeps owning it. While the classifier lives, the module's layers carry forward hooks that do nothing for other callers.</param>
    /// <param name="inputShape">Shape of one input, without the batch dimension.</param>
    /// <param name="classCount">Number of logits, at least 2.</param>
    /// <param name="bounds">The values inputs may take; one pair, or one per feature.</param>
    public NetworkClassifier(nn.Module<Tensor, Tensor> module, IReadOnlyList<long> inputShape, int classCount, InputBounds bounds)
        : this(module, inputShape, classCount, bounds, ownsModule: false)
    {
    }

    /// <summary>
    /// A classifier on a TorchScript module. Attacks take its gradients; Fisher information goes row by row, since a script's layers cannot be
    /// looked into. TorchScript is code: load only files that you trust.
    /// </summary>
    /// <param name="module">Maps [N, …<paramref name="inputShape"/>] to logits [N, <paramref name="classCount"/>]; saved in evaluation mode. The caller keeps owning it.</param>
    /// <param name="inputShape">Shape of one input, without the batch dimension.</param>
    /// <param name="classCount">Number of logits, at least 2.</param>
    /// <param name="bounds">The values inputs may take; one pair, or one per feature.</param>
    public NetworkClassifier(jit.ScriptModule<Tensor, Tensor> module, IReadOnlyList<long> inputShape, int classCount, InputBounds bounds)
        : this(new TorchScriptModule(module), inputShape, classCount, bounds, ownsModule: false)
    {
    }

    /// <summary>A classifier on a network of any of the kinds that a model file can hold, which it owns from now on.</summary>
    internal NetworkClassifier(IStoredNetwork network, InputBounds bounds)
        : this(Checked(network).Module, network.InputShape, network.ClassCount, bounds, ownsModule: true) => Stored = network;

    private NetworkClassifier(
        nn.Module<Tensor, Tensor> module, IReadOnlyList<long> inputShape, int classCount, InputBounds bounds, bool ownsModule)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(inputShape);
        ArgumentNullException.ThrowIfNull(bounds);
        ArgumentOutOfRangeException.ThrowIfLessThan(classCount, 2);
        var features = inputShape.Aggregate(1L, (product, size) => product * size);
        if (!bounds.Fit(features))
        {
            throw new ArgumentException($"Expected one pair of input bounds or {features}, one per feature, got {bounds.Lower.Count}.", nameof(bounds));
        }

        _module = module;
        _ownsModule = ownsModule;
        InputShape = [.. inputShape];
        ClassCount = classCount;
        Bounds = bounds;
        var parameter = module.parameters().FirstOrDefault();
        ElementType = parameter?.dtype ?? ScalarType.Float32;
        Device = parameter?.device ?? CPU;
        _taps = LayerTaps.Attach(module, mayWriteInPlace: !ownsModule);
        HiddenLayers = new HiddenLayers(module);
        DropoutLayers = new DropoutLayers(module);
    }

    /// <inheritdoc/>
    public IReadOnlyList<long> InputShape { get; }

    /// <inheritdoc/>
    public int ClassCount { get; }

    /// <inheritdoc/>
    public InputBounds Bounds { get; }

    /// <inheritdoc/>
    public ScalarType ElementType { get; }

    /// <inheritdoc/>
    public Device Device { get; }

    /// <inheritdoc/>
    public long QueryCount => Interlocked.Read(ref _queryCount);

    /// <summary>The network with its definition, or null on one that has none: a module that the user brought, ONNX, TorchScript.</summary>
    public Network? Network => Stored as Network;

    /// <summary>The network that the classifier owns, or null on a module that the user brought.</summary>
    internal IStoredNetwork? Stored { get; }

    /// <summary>The module behind the classifier.</summary>
    public nn.Module<Tensor, Tensor> Module => _module;

    /// <summary>What the layers of the module did in one recorded forward pass.</summary>
    internal LayerTaps Taps => _taps;

    /// <summary>The parameters of floating type, frozen or not.</summary>
    internal Tensor[] Parameters => [.. _module.parameters().Where(parameter => parameter.is_floating_point())];

    /// <summary>What the hidden layers of the module gave in a recorded forward pass.</summary>
    internal HiddenLayers HiddenLayers { get; }

    /// <summary>The dropout of the module, which can be sampled in evaluation mode.</summary>
    internal DropoutLayers DropoutLayers { get; }

    /// <inheritdoc/>
    public Tensor Logits(Tensor inputs)
    {
        Admit(inputs);
        return _module.call(inputs);
    }

    /// <summary>The same, in the layout that passes want which work on what each layer gives.</summary>
    internal Tensor RecordedLogits(Tensor inputs)
    {
        Admit(inputs);
        return _module is NetworkModule network ? network.ForwardInGivenLayout(inputs) : _module.call(inputs);
    }

    /// <inheritdoc/>
    Tensor IDifferentiableClassifier.InputGradient(Tensor inputs, Func<Tensor, Tensor> cotangent)
    {
        Admit(inputs);
        return _module is NetworkModule network ? network.InputGradient(inputs, cotangent) : BackwardPass.ToLeaf(inputs, _module.call, cotangent);
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The module has no Linear or convolution layer that can be looked into: a script, for one.</exception>
    public (Tensor Features, Tensor Logits) FeaturesAndLogits(Tensor inputs)
    {
        var pass = HiddenLayers.Run(Logits, inputs);
        foreach (var layer in pass.Layers)
        {
            layer.Dispose();
        }

        return (pass.Last, pass.Logits);
    }

    /// <summary>Removes the hooks; disposes the network if the classifier owns it.</summary>
    public void Dispose()
    {
        _taps.Dispose();
        HiddenLayers.Dispose();
        DropoutLayers.Dispose();
        if (_ownsModule)
        {
            Stored?.Dispose();
        }
    }

    /// <summary>Throws for a network in training mode.</summary>
    internal void RequireEvaluationMode()
    {
        if (_module.training)
        {
            throw new InvalidOperationException(
                "The network is in training mode: expected evaluation mode, since dropout and batch statistics would make scores random. Call eval() on it.");
        }
    }

    private void Admit(Tensor inputs)
    {
        RequireEvaluationMode();
        Interlocked.Add(ref _queryCount, inputs.size(0));
    }

    private static IStoredNetwork Checked(IStoredNetwork network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return network;
    }
}
