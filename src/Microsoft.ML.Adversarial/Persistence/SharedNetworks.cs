using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
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
    private const string DefinitionEntry = "network.json";
    private const string WeightsEntry = "network.safetensors";
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
        if (classifier is not NetworkClassifier { Network: { } network } owner)
        {
            throw new NotSupportedException(
                $"Expected a classifier made from a Network, got {classifier.GetType().Name} around a module without a definition: only networks described by a NetworkDefinition can be saved in a model.");
        }

        var definition = Encoding.UTF8.GetBytes(network.Definition.ToJson());
        var bounds = JsonSerializer.SerializeToUtf8Bytes(new SavedBounds([.. owner.Bounds.Lower], [.. owner.Bounds.Upper]), Json);
        using var weights = new MemoryStream();
        network.WriteWeights(weights);
        var content = weights.GetBuffer().AsSpan(0, (int)weights.Length);
        var id = IdOf(definition, bounds, content);
        if (Written.GetOrCreateValue(context.Repository).Add(id))
        {
            Write(context.Repository, id, DefinitionEntry, definition);
            Write(context.Repository, id, BoundsEntry, bounds);
            Write(context.Repository, id, WeightsEntry, content);
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
        var definition = ReadBytes(repository, id, DefinitionEntry);
        var bounds = ReadBytes(repository, id, BoundsEntry);
        var weights = ReadBytes(repository, id, WeightsEntry);
        if (IdOf(definition, bounds, weights) != id)
        {
            throw new InvalidDataException($"The network {id[..8]}… does not match its checksum: the model file is damaged. Save it anew.");
        }

        try
        {
            var saved = JsonSerializer.Deserialize<SavedBounds>(bounds, Json)!;
            var network = Network.Load(NetworkDefinition.FromJson(Encoding.UTF8.GetString(definition)), new MemoryStream(weights));
            return new NetworkClassifier(network, new InputBounds(saved.Lower, saved.Upper));
        }
        catch (Exception exception) when (exception is NetworkFormatException or JsonException or ArgumentException)
        {
            throw new InvalidDataException($"The network {id[..8]}… is no network: {exception.Message} The model file is damaged. Save it anew.", exception);
        }
    }

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
