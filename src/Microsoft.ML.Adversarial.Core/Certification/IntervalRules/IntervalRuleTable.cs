using Microsoft.ML.Adversarial.Networks.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Certification.IntervalRules;

/// <summary>The layers that interval bounds can be taken through.</summary>
internal static class IntervalRuleTable
{
    /// <summary>The rules of layers one after another, or an error that names the first layer without one.</summary>
    /// <param name="layers">The definitions.</param>
    /// <param name="modules">The modules made from them.</param>
    /// <param name="path">Where the layers stand in the network's definition.</param>
    public static IIntervalRule[] Of(IReadOnlyList<LayerDefinition> layers, LayerSequence modules, string path) =>
        [.. layers.Zip(modules.Layers).Select((pair, index) => Of(pair.First, pair.Second, $"{path}[{index}]"))];

    private static IIntervalRule Of(LayerDefinition layer, nn.Module<Tensor, Tensor> module, string path) => (layer, module) switch
    {
        (LinearLayer, Linear linear) => new LinearRule(linear),
        (Conv2dLayer definition, Conv2d convolution) => new ConvolutionRule(definition, convolution),
        (BatchNormLayer, NormBase normalisation) => new BatchNormRule(normalisation),
        (ReLULayer or FlattenLayer or MaxPool2dLayer, _) => new MonotoneRule(module, isExact: true),
        (LeakyReLULayer { NegativeSlope: >= 0 }, _) => new MonotoneRule(module, isExact: false),
        (ELULayer { Alpha: >= 0 } definition, _) => new MonotoneRule(module, isExact: false, definition.Alpha),
        (SoftplusLayer definition, _) => new SoftplusRule(definition, module),
        (TanhLayer or SigmoidLayer, _) => new MonotoneRule(module, isExact: false),
        (GELULayer, _) => ValleyRule.GELU(module),
        (SiLULayer, _) => ValleyRule.SiLU(module),
        (AvgPool2dLayer or AdaptiveAvgPool2dLayer, _) => new AveragePoolRule(module),
        (DropoutLayer, _) => new IdentityRule(),
        (ResidualLayer definition, ResidualModule residual) => new ResidualRule(
            Of(definition.Body, residual.Body, path + ".body"),
            residual.Shortcut is { } shortcut ? Of(definition.Shortcut, shortcut, path + ".shortcut") : []),
        _ => throw new NotSupportedException(
            $"{path} ({layer.Type}): expected a layer with an interval rule, got {layer}. "
                + "Use another layer; activations with a negative slope, which fall and rise, and Hypersphere have none."),
    };
}
