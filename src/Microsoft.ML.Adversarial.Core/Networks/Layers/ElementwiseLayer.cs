namespace Microsoft.ML.Adversarial.Networks.Layers;

/// <summary>A function of each value by itself: any shape → the same shape, no weights.</summary>
public abstract record ElementwiseLayer : LayerDefinition
{
    private protected ElementwiseLayer()
    {
    }

    internal override long[] OutputShape(LayerInput input) => input.Shape;
}
