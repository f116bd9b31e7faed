namespace Microsoft.ML.Adversarial.Networks.Layers;

/// <summary>The layers there are: name in JSON, how to read one, and the properties it may have.</summary>
internal static class LayerTable
{
    public static readonly IReadOnlyList<LayerType> Types =
    [
        LayerType.Of("Linear", LinearLayer.Read, "features", "bias"),
        LayerType.Of("Conv2d", Conv2dLayer.Read, "channels", "kernel", "stride", "padding", "dilation", "groups", "bias"),
        LayerType.Of("BatchNorm1d", BatchNorm1dLayer.Read, "eps", "momentum"),
        LayerType.Of("BatchNorm2d", BatchNorm2dLayer.Read, "eps", "momentum"),
        LayerType.Of("ReLU", _ => new ReLULayer()),
        LayerType.Of("LeakyReLU", LeakyReLULayer.Read, "negativeSlope"),
        LayerType.Of("ELU", ELULayer.Read, "alpha"),
        LayerType.Of("GELU", _ => new GELULayer()),
        LayerType.Of("SiLU", _ => new SiLULayer()),
        LayerType.Of("Softplus", SoftplusLayer.Read, "beta", "threshold"),
        LayerType.Of("Tanh", _ => new TanhLayer()),
        LayerType.Of("Sigmoid", _ => new SigmoidLayer()),
        LayerType.Of("MaxPool2d", MaxPool2dLayer.Read, "kernel", "stride", "padding", "dilation"),
        LayerType.Of("AvgPool2d", AvgPool2dLayer.Read, "kernel", "stride", "padding"),
        LayerType.Of("AdaptiveAvgPool2d", AdaptiveAvgPool2dLayer.Read, "size"),
        LayerType.Of("Flatten", _ => new FlattenLayer()),
        LayerType.Of("Dropout", DropoutLayer.Read, "probability"),
        LayerType.Of("Residual", ResidualLayer.Read, "body", "shortcut"),
        LayerType.Of("Hypersphere", HypersphereLayer.Read, "features", "scale"),
    ];

    public static string NameOf(LayerDefinition layer) => Types.Single(type => type.Record == layer.GetType()).Name;
}
