using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;

namespace Microsoft.ML.Adversarial.Persistence;

/// <summary>
/// Networks in a model file lie under the hash of their content, so that a network which several transformers use is written once, and
/// held once after loading. The hash also tells a damaged network from a whole one before its weights are used.
/// </summary>
internal static class SharedNetworks
{
    private const string Folder = "AdversarialNetworks";
    private const string BoundsEntry = "bounds.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    // Keyed by the open file: both tables empty themselves when it is gone.
    private static readonly ConditionalWeakTable<RepositoryWriter, HashSet<string>> Written = [];
    private static readonly ConditionalWeakTable<RepositoryReader, Dictionary<string, NetworkClassifier>> Held = [];

    /// <summary>Writes the classifier's network unless the file has it, and returns its id.</summary>
    public static string Save(ModelSaveContext context, IClassifier classifier)
    {
        if (classifier is not NetworkClassifier { Stored: { } network } owner)
        {
            throw new NotSupportedException(
                $"Expected a classifier made from a Network, got {classifier.GetType().Name} around a module without a definition: only networks described by a NetworkDefinition, or read from ONNX or TorchScript, can be saved in a model.");
        }

        (var kind, var description, var content) = Entries(network);
        var bounds = JsonSerializer.SerializeToUtf8Bytes(new SavedBounds([.. owner.Bounds.Lower], [.. owner.Bounds.Upper]), Json);
        var id = IdOf(description, bounds, content);
        if (Written.GetOrCreateValue(context.Repository).Add(id))
        {
            Write(context.Repository, id, kind.DescriptionEntry, description);
            Write(context.Repository, id, BoundsEntry, bounds);
            Write(context.Repository, id, kind.ContentEntry, content);
        }

        return id;
    }

    /// <summary>The network with this id, the same object each time it is asked for while one file is being read.</summary>
    public static NetworkClassifier Load(ModelLoadContext context, string id)
    {
        if (context.Repository is null)
        {
            throw new InvalidDataException("Expected a model in a repository (a zip file of Model.Save), got a bare stream: the network is not in it.");
        }

        var held = Held.GetOrCreateValue(context.Repository);
        if (!held.TryGetValue(id, out var classifier))
        {
            held[id] = classifier = Read(context.Repository, id);
        }

        return classifier;
    }

    /// <summary>Throws unless a network can have this id, which names a folder of the file.</summary>
    public static void RequireId(string id)
    {
        if (id.Length != 64 || !id.All(char.IsAsciiHexDigitLower))
        {
            throw new ArgumentException($"Expected a network id of 64 hexadecimal digits, got '{id}'.");
        }
    }

    private static NetworkClassifier Read(RepositoryReader repository, string id)
    {
        var kind = KindOf(repository, id);
        var description = ReadBytes(repository, id, kind.DescriptionEntry);
        var bounds = ReadBytes(repository, id, BoundsEntry);
        var content = ReadBytes(repository, id, kind.ContentEntry);
        if (IdOf(description, bounds, content) != id)
        {
            throw new InvalidDataException($"The network {id[..8]}… does not match its checksum: the model file is damaged. Save it anew.");
        }

        try
        {
            var saved = JsonSerializer.Deserialize<SavedBounds>(bounds, Json)!;
            return new NetworkClassifier(kind.Read(description, content), new InputBounds(saved.Lower, saved.Upper));
        }
        catch (Exception exception) when (exception is NetworkFormatException or JsonException or ArgumentException or NotSupportedException)
        {
            throw new InvalidDataException($"The network {id[..8]}… is no network: {exception.Message} The model file is damaged. Save it anew.", exception);
        }
    }

    private static (NetworkKind Kind, byte[] Description, byte[] Content) Entries(IStoredNetwork network)
    {
        foreach (var kind in NetworkKind.All)
        {
            if (kind.Write(network) is (var description, var content))
            {
                return (kind, description, content);
            }
        }

        throw new NotSupportedException($"Expected a network of a kind that a model file can hold, got {network.GetType().Name}.");
    }

    // Where no entry says it, the error is that the first kind's is missing.
    private static NetworkKind KindOf(RepositoryReader repository, string id) => NetworkKind.All.FirstOrDefault(kind =>
    {
        using var entry = repository.OpenEntryOrNull(Path.Combine(Folder, id), kind.DescriptionEntry);
        return entry is not null;
    }) ?? NetworkKind.All[0];

    private static string IdOf(ReadOnlySpan<byte> definition, ReadOnlySpan<byte> bounds, ReadOnlySpan<byte> weights)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(definition);
        hash.AppendData(bounds);
        hash.AppendData(weights);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Write(RepositoryWriter repository, string id, string name, ReadOnlySpan<byte> bytes)
    {
        using var entry = repository.CreateEntry(Path.Combine(Folder, id), name);
        entry.Stream.Write(bytes);
    }

    private static byte[] ReadBytes(RepositoryReader repository, string id, string name)
    {
        using var entry = repository.OpenEntryOrNull(Path.Combine(Folder, id), name)
            ?? throw new InvalidDataException($"The network {id[..8]}… lacks its {name}: the model file is damaged. Save it anew.");
        using var bytes = new MemoryStream();
        entry.Stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    private sealed record SavedBounds(float[] Lower, float[] Upper);
}
