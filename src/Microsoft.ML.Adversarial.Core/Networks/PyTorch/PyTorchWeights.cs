using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.PyTorch;

/// <summary>
/// Reads PyTorch's state dictionaries, the zip files of <c>torch.save(model.state_dict(), path)</c>. Nothing in them is executed: of the
/// pickle
/// in the file, only what a state dictionary needs is understood, and any other thing that it names is an error.
/// </summary>
/// <remarks>
/// Types: Float64, Float32, Float16, BFloat16, Int64, Int32, Int16, Int8, UInt8, Bool. Sizes are checked against the file before anything
/// is
/// allocated. Tensors that share values in the file share them in memory.
/// </remarks>
public static class PyTorchWeights
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file, .pt or .pth.</param>
    /// <param name="key">
    /// Where the file holds a dictionary of several things, as training checkpoints do, the one that is the state dictionary; null where
    /// only
    /// one of them holds tensors.
    /// </param>
    /// <returns>The tensors by name, on the CPU. The caller owns them; no dispose scope does.</returns>
    /// <exception cref="InvalidDataException">The file is no state dictionary; the message says what was found where.</exception>
    public static Dictionary<string, Tensor> Read(string path, string? key = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var stream = File.OpenRead(path);
        return Read(stream, key, path);
    }

    internal static Dictionary<string, Tensor> Read(Stream stream, string? key, string source)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode(false);
        using var archive = PyTorchArchive.Open(stream, source);
        var root = Unpickler.Read(archive.Pickle, source);
        Dictionary<string, Tensor> storages = [];
        var tensors = StateOf(root, key, source).ToDictionary(pair => pair.Key, pair => archive.Read(pair.Value, storages, pair.Key));
        foreach (var tensor in tensors.Values)
        {
            tensor.DetachFromDisposeScope();
        }

        return tensors;
    }

    private static Dictionary<string, PickledTensor> StateOf(object? root, string? key, string source)
    {
        if (root is not PickledDictionary dictionary)
        {
            throw new InvalidDataException($"{source}: expected a state dictionary, got {Unpickler.Describe(root)}. Save model.state_dict(), not the model.");
        }

        if (key is not null)
        {
            return dictionary.Entries.GetValueOrDefault(key) is PickledDictionary chosen
                ? TensorsOf(chosen)
                : throw new InvalidDataException($"{source}: expected a dictionary '{key}', got none among {Names(dictionary.Entries.Keys)}.");
        }

        var own = TensorsOf(dictionary);
        if (own.Count > 0)
        {
            return own;
        }

        string[] inner =
        [
            .. dictionary.Entries.Where(pair => pair.Value is PickledDictionary one && TensorsOf(one).Count > 0).Select(pair =>
                pair.Key).OfType<string>(),
        ];
        return inner is [var only]
            ? TensorsOf((PickledDictionary)dictionary.Entries[only]!)
            : throw new InvalidDataException(
                $"{source}: expected tensors by name, or one dictionary of them, got {Names(inner.Length > 0 ? inner : dictionary.Entries.Keys)}. Name the one that is the state dictionary.");
    }

    private static Dictionary<string, PickledTensor> TensorsOf(PickledDictionary dictionary) => dictionary.Entries
        .Where(pair => pair is { Key: string, Value: PickledTensor })
        .ToDictionary(pair => (string)pair.Key, pair => (PickledTensor)pair.Value!);

    private static string Names(IEnumerable<object> keys)
    {
        const int Shown = 10;
        string[] all = [.. keys.Take(Shown).Select(key => $"'{key}'")];
        return all.Length == 0 ? "nothing" : string.Join(", ", all);
    }
}
