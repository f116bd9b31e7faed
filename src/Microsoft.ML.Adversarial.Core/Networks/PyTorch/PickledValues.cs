namespace Microsoft.ML.Adversarial.Networks.PyTorch;

/// <summary>A dictionary of a pickle.</summary>
internal sealed class PickledDictionary
{
    public Dictionary<object, object?> Entries { get; } = [];
}

/// <summary>A class or function that a pickle names. It is a name and nothing else.</summary>
internal sealed record PickledGlobal(string Name);

/// <summary>Values that tensors look at: the name of a file in the archive, the type, and how many there are.</summary>
internal sealed record PickledStorage(string Key, PyTorchType Type, long Count);

/// <summary>A tensor as a view of a storage, counted in elements.</summary>
internal sealed record PickledTensor(PickledStorage Storage, long Offset, long[] Shape, long[] Strides);
