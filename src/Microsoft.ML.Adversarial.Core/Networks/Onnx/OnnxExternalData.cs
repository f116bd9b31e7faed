using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Microsoft.ML.Adversarial.Networks.Onnx.Format;

namespace Microsoft.ML.Adversarial.Networks.Onnx;

/// <summary>Tensors whose bytes lie in files beside the model. No file outside the model's folder is opened.</summary>
internal static class OnnxExternalData
{
    /// <summary>Brings the bytes into the model, which then stands by itself.</summary>
    public static void Inline(ModelProto model, string folder, string source)
    {
        foreach (var tensor in model.Graph?.Initializer ?? [])
        {
            if (tensor.DataLocation == TensorProto.Types.DataLocation.External)
            {
                tensor.RawData = Read(tensor, folder, $"{source}: tensor '{tensor.Name}'");
                tensor.DataLocation = TensorProto.Types.DataLocation.Default;
                tensor.ExternalData.Clear();
            }
        }
    }

    private static ByteString Read(TensorProto tensor, string folder, string where)
    {
        using var file = File.OpenRead(PathOf(tensor.ExternalData, folder, where));
        var expected = OnnxTensor.ByteCount(tensor, where);
        var offset = Number(tensor.ExternalData, "offset", where) ?? 0;
        var length = Number(tensor.ExternalData, "length", where) ?? expected;
        if (length != expected || offset > file.Length || length > file.Length - offset)
        {
            throw new InvalidDataException(
                $"{where}: expected {expected} bytes from {offset} on in '{Path.GetFileName(file.Name)}', got a length of {length} in a file of {file.Length} bytes. Files of different models, or truncated ones, were put together.");
        }

        file.Position = offset;
        var bytes = new byte[length];
        file.ReadExactly(bytes);
        return UnsafeByteOperations.UnsafeWrap(bytes);
    }

    private static string PathOf(RepeatedField<StringStringEntryProto> entries, string folder, string where)
    {
        var location = Text(entries, "location") ?? "";
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar;
        if (location.Length == 0 || location.Contains('\0') || Path.IsPathRooted(location) || location.Contains(':')
            || location.Split('/', '\\').Contains("..")
            || !Path.GetFullPath(location, root).StartsWith(root, StringComparison.Ordinal))
        {
            throw Outside(location, where);
        }

        var path = Path.GetFullPath(location, root);
        if (!File.Exists(path))
        {
            throw new InvalidDataException($"{where}: expected a file '{location}' beside the model, got none. Keep the model's files together.");
        }

        // A link may lead anywhere, as may a folder on the way that is one.
        for (var step = path; step.Length > root.Length; step = Path.GetDirectoryName(step)!)
        {
            if (File.ResolveLinkTarget(step, returnFinalTarget: false) is not null)
            {
                throw Outside(location, where);
            }
        }

        return path;
    }

    private static long? Number(RepeatedField<StringStringEntryProto> entries, string key, string where)
    {
        if (Text(entries, key) is not { } text)
        {
            return null;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new InvalidDataException($"{where}: expected {key} to be a whole number of at least 0, got '{text}'.");
    }

    private static string? Text(RepeatedField<StringStringEntryProto> entries, string key) =>
        entries.FirstOrDefault(entry => entry.Key == key)?.Value;

    private static InvalidDataException Outside(string location, string where) => new(
        $"{where}: expected its bytes in a file within the model's folder, got '{location}'. Put the file there, without links, and save the model anew.");
}
