namespace Microsoft.ML.Adversarial.Networks.Layers;

/// <summary>What arrives at a layer: the shape of one input without the batch axis, and where the layer stands.</summary>
internal readonly record struct LayerInput(string Path, string Type, long[] Shape)
{
    /// <summary>Such as <c>layers[3] (Conv2d)</c>.</summary>
    public string Place => $"{Path} ({Type})";

    public NetworkFormatException Rejected(string expected, string advice) =>
        new(Place, expected, TensorShape.Text(Shape), advice);

    /// <summary>Channels, height and width.</summary>
    public (long Channels, long Height, long Width) Image() => Shape.Length == 3
        ? (Shape[0], Shape[1], Shape[2])
        : throw Rejected(
            "an image of shape [channels, height, width]",
            "Declare the network's input as such a shape, and keep this layer before any Flatten or Linear.");
}
