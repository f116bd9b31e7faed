using Google.Protobuf;
using Microsoft.ML.Adversarial.Networks.Onnx.Format;

namespace Microsoft.ML.Adversarial.Networks.Onnx;

/// <summary>Reads the bytes of a model; tensors that lie in files beside it are brought into it.</summary>
internal static class OnnxFile
{
    private const string DefaultDomain = "";
    private const string DefaultDomainSpeltOut = "ai.onnx";

    public static ModelProto Read(string path)
    {
        using var stream = File.OpenRead(path);
        var model = Read(stream, path);
        OnnxExternalData.Inline(model, Path.GetDirectoryName(Path.GetFullPath(path))!, path);
        return model;
    }

    public static ModelProto Read(Stream stream, string source)
    {
        using var input = new MemoryStream();
        if (stream.CanSeek && stream.Length - stream.Position > Array.MaxLength)
        {
            throw new InvalidDataException(
                $"{source}: expected at most {Array.MaxLength} bytes, got {stream.Length - stream.Position}. Keep the weights in a file beside the model.");
        }

        stream.CopyTo(input);
        return Read(input.GetBuffer().AsMemory(0, (int)input.Length), source);
    }

    /// <summary>Lengths are checked against the bytes that are there before anything is allocated, and nesting is limited.</summary>
    public static ModelProto Read(ReadOnlyMemory<byte> bytes, string source)
    {
        try
        {
            return ModelProto.Parser.ParseFrom(bytes.Span);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new InvalidDataException(
                $"{source}: expected an ONNX model, got bytes that are none: {e.Message} It is truncated, or of another format.", e);
        }
    }

    /// <summary>The version of the standard operators that the model is written in.</summary>
    public static long Opset(ModelProto model, string source)
    {
        const int Oldest = 7;
        var version = model.OpsetImport.FirstOrDefault(set => IsStandard(set.Domain))?.Version ?? throw new InvalidDataException(
            $"{source}: expected the version of the operators (opset_import), got none. It is no ONNX model, or is damaged.");
        return version >= Oldest
            ? version
            : throw new NotSupportedException(
                $"{source}: expected operators of version {Oldest} or newer, got {version}. Convert the model with onnx.version_converter.");
    }

    public static bool IsStandard(string domain) => domain is DefaultDomain or DefaultDomainSpeltOut;
}
