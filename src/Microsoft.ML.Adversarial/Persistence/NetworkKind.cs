using System.Text;
using System.Text.Json;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Networks.Onnx;

namespace Microsoft.ML.Adversarial.Persistence;

/// <summary>
/// How a kind of network lies in a model file: a small entry that describes it and a large one with its weights. Networks that came from a
/// file
/// of another tool lie there as that file. A new kind is a row of <see cref="All"/>.
/// </summary>
/// <param name="DescriptionEntry">The name of the small entry, by which the kind is recognised.</param>
/// <param name="ContentEntry">The name of the large one.</param>
/// <param name="Write">The two entries, or null for a network of another kind.</param>
/// <param name="Read">The network, of the two entries.</param>
internal sealed record NetworkKind(
    string DescriptionEntry, string ContentEntry, Func<IStoredNetwork, (byte[] Description, byte[] Content)?> Write,
    Func<byte[], byte[], IStoredNetwork> Read)
{
    private static readonly JsonSerializerOptions Json = new() { RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true };

    public static IReadOnlyList<NetworkKind> All { get; } =
    [
        new(
            "network.json", "network.safetensors",
            network => network is Network own ? (Encoding.UTF8.GetBytes(own.Definition.ToJson()), Weights(own)) : null,
            (description, content) => Network.Load(NetworkDefinition.FromJson(Encoding.UTF8.GetString(description)), new MemoryStream(content))),
        new(
            "onnx.json", "network.onnx",
            network => network is OnnxNetwork onnx ? (Described(new([.. onnx.InputShape], onnx.OutputName)), onnx.Bytes.ToArray()) : null,
            (description, content) => OnnxNetwork.FromBytes(content, Shape(description).Input, Shape(description).Output)),
        new(
            "torchscript.json", "network.torchscript.pt",
            network => network is TorchScriptNetwork script ? (Described(new([.. script.InputShape], Output: null)), script.Bytes) : null,
            (description, content) => TorchScriptNetwork.FromBytes(content, Shape(description).Input)),
    ];

    private static byte[] Weights(Network network)
    {
        using var stream = new MemoryStream();
        network.WriteWeights(stream);
        return stream.ToArray();
    }

    private static byte[] Described(Description description) => JsonSerializer.SerializeToUtf8Bytes(description, Json);

    private static Description Shape(byte[] description) => JsonSerializer.Deserialize<Description>(description, Json)!;

    private sealed record Description(long[] Input, string? Output);
}
