namespace Microsoft.ML.Adversarial.Networks.Layers;

/// <summary>A row of the layer table.</summary>
internal sealed record LayerType(
    string Name, Type Record, Func<DefinitionObject, LayerDefinition> Read, IReadOnlyList<string> Properties)
{
    public static LayerType Of<TLayer>(string name, Func<DefinitionObject, TLayer> read, params string[] properties)
        where TLayer : LayerDefinition =>
        new(name, typeof(TLayer), read, properties);
}
