using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks;

/// <summary>The layers of a network, after its input was brought into shape and normalised.</summary>
internal sealed class NetworkModule : LayerSequence
{
    private const string Mean = "mean";
    private const string StandardDeviation = "standardDeviation";

    private readonly IReadOnlyList<long> _inputShape;
    private readonly bool _normalises;

    public NetworkModule(NetworkDefinition definition, LayerState state, ScalarType type)
        : base(LayerChain.Build(definition.Layers, state))
    {
        Definition = definition;
        _inputShape = definition.InputShape!;
        if (definition.Normalisation is { IsIdentity: false } normalisation)
        {
            // Buffers follow the module to another device or type; not being persistent keeps them out of weights files.
            register_buffer(Mean, PerChannel(normalisation.Mean, type), persistent: false);
            register_buffer(StandardDeviation, PerChannel(normalisation.StandardDeviation, type), persistent: false);
            _normalises = true;
        }
    }

    /// <summary>The definition that the module was built from.</summary>
    public NetworkDefinition Definition { get; }

    /// <summary>What the first layer gets: the input in its shape, normalised.</summary>
    public Tensor Prepared(Tensor x)
    {
        var shaped = Shaped(x);
        if (!_normalises)
        {
            return shaped;
        }

        using (shaped)
        {
            using var centred = shaped - get_buffer(Mean)!;
            return centred / get_buffer(StandardDeviation)!;
        }
    }

    public override Tensor forward(Tensor x)
    {
        using var images = Images(x);
        return base.forward(images);
    }

    /// <summary>The gradient of a function of the logits with respect to the inputs, by the fastest way that the layers allow.</summary>
    /// <param name="leaf">Shape [N, …]; a leaf that requires a gradient.</param>
    /// <param name="cotangent">∂(function)/∂(logits) for detached logits; it runs without grad mode.</param>
    /// <returns>In the shape of the leaf.</returns>
    public Tensor InputGradient(Tensor leaf, Func<Tensor, Tensor> cotangent)
    {
        if (DenseChain.Of(Layers) is { } dense)
        {
            using var rows = PreparedWithoutGraph(leaf);
            using var gradient = dense.InputGradient(rows, cotangent);
            return BeforePreparation(gradient, leaf.shape);
        }

        if (ImageGradient(leaf) is not { } toInputs)
        {
            return BackwardPass.ToLeaf(leaf, call, cotangent);
        }

        using var first = FirstOutput(leaf);
        using var cotangents = BackwardPass.ToLeaf(first.requires_grad_(), AfterFirst, cotangent);
        return toInputs(cotangents);
    }

    /// <summary>
    /// What takes cotangents of the first layer's output back to the inputs, much faster than libtorch; null where that layer is none that
    /// reads images of few channels on the CPU.
    /// </summary>
    /// <param name="x">The inputs.</param>
    public Func<Tensor, Tensor>? ImageGradient(Tensor x)
    {
        if (ImageConvolution.Of(Layers[0]) is not { } convolution)
        {
            return null;
        }

        long[] shape = x.shape, imageShape = [shape[0], .. _inputShape];
        return cotangents =>
        {
            using var noGrad = no_grad();
            using var scope = NewDisposeScope();
            return BeforePreparation(convolution.InputGradient(cotangents, imageShape), shape).MoveToOuterDisposeScope();
        };
    }

    /// <summary>The logits, by images in the layout that they have: passes that work on what each convolution gives are faster so.</summary>
    public Tensor ForwardInGivenLayout(Tensor x)
    {
        using var prepared = Prepared(x);
        return base.forward(prepared);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && _normalises)
        {
            // The base class disposes persistent buffers only.
            get_buffer(Mean)!.Dispose();
            get_buffer(StandardDeviation)!.Dispose();
        }

        base.Dispose(disposing);
    }

    // The output of the first layer, without a graph, and what the other layers make of it.
    private Tensor FirstOutput(Tensor x)
    {
        using var noGrad = no_grad();
        using var images = Images(x);
        return Layers[0].call(images);
    }

    private Tensor AfterFirst(Tensor output) => RunFrom(1, output);

    private Tensor PreparedWithoutGraph(Tensor x)
    {
        using var noGrad = no_grad();
        return Prepared(x);
    }

    // Takes a gradient with respect to prepared inputs to one with respect to the inputs as they came.
    private Tensor BeforePreparation(Tensor gradient, long[] shape)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var shaped = _normalises ? gradient.reshape([shape[0], .. _inputShape]) / get_buffer(StandardDeviation)! : gradient;
        return shaped.reshape(shape).MoveToOuterDisposeScope();
    }

    // In the layout that suits the first layer.
    private Tensor Images(Tensor x)
    {
        using var prepared = Prepared(x);
        return ChannelsLast.For(Layers[0], prepared);
    }

    private Tensor Shaped(Tensor x)
    {
        var shape = x.shape;
        if (shape.Length == _inputShape.Count + 1 && shape.Skip(1).SequenceEqual(_inputShape))
        {
            return x.alias();
        }

        return shape.Length == 2 && shape[1] == TensorShape.ElementCount(_inputShape)
            ? x.reshape([shape[0], .. _inputShape])
            : throw new ArgumentException(
                $"Expected a batch of shape {TensorShape.Text(_inputShape.Prepend(-1))}, or the same flattened to "
                    + $"[-1, {TensorShape.ElementCount(_inputShape)}], got {TensorShape.Text(shape)}. The first axis is the batch.",
                nameof(x));
    }

    /// <summary>A buffer that spans the axes after the channels by broadcasting. It belongs to the module, not to a scope.</summary>
    private Tensor PerChannel(IReadOnlyList<double> values, ScalarType type)
    {
        long[] shape = [values.Count, .. Enumerable.Repeat(1L, _inputShape.Count - 1)];
        using var flat = torch.tensor(values.ToArray(), type);
        using var shaped = flat.reshape(shape);
        return shaped.clone().DetachFromDisposeScope();
    }
}
