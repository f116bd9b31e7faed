using Microsoft.ML.Adversarial.Networks.Layers;
using Microsoft.ML.Adversarial.Networks.PyTorch;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks;

/// <summary>Reads weights and checks them against what a definition expects, before any module is built.</summary>
internal static class NetworkWeights
{
    public static bool IsFloating(ScalarType type) =>
        type is ScalarType.Float32 or ScalarType.Float64 or ScalarType.Float16 or ScalarType.BFloat16;

    /// <summary>Reads safetensors, or a state dictionary of PyTorch, which is a zip file.</summary>
    public static Dictionary<string, Tensor> Read(Stream stream, string source, IEnumerable<StateTensor> expected)
    {
        var isZip = IsZip(stream);
        var found = isZip ? PyTorchWeights.Read(stream, key: null, source) : Safetensors.Read(stream, source);
        try
        {
            var state = Matched(found, source, expected);

            // Tensors of one storage must not become one parameter.
            return isZip ? state.ToDictionary(pair => pair.Key, pair => pair.Value.contiguous().clone()) : state;
        }
        finally
        {
            foreach (var tensor in found.Values)
            {
                tensor.Dispose();
            }
        }
    }

    /// <summary>Tensors of the expected names, shapes and types; an error names all that are missing, left over or of another
    /// kind.</summary>
    public static Dictionary<string, Tensor> Matched(
        IReadOnlyDictionary<string, Tensor> found, string source, IEnumerable<StateTensor> expected)
    {
        Dictionary<string, Tensor> state = [];
        List<string> problems = [];
        HashSet<string> names = [];
        foreach (var tensor in expected)
        {
            names.Add(tensor.Name);
            if (!found.TryGetValue(tensor.Name, out var value))
            {
                problems.Add($"expected a tensor '{tensor.Name}' of shape {TensorShape.Text(tensor.Shape)}, got none of that name among {Names(found.Keys)}");
            }
            else if (ProblemOf(tensor, value) is { } problem)
            {
                problems.Add(problem);
            }
            else
            {
                state.Add(tensor.Name, value.dtype == tensor.Type ? value.alias() : value.to(tensor.Type));
            }
        }

        string[] extra = [.. found.Keys.Where(name => !names.Contains(name))];
        if (extra.Length > 0)
        {
            problems.Add(
                $"expected no tensors but those of the definition, got {Names(extra)}, the first of shape {TensorShape.Text(found[extra[0]].shape)}");
        }

        return problems.Count == 0 ? state : throw Mismatch(problems, source);
    }

    private static string? ProblemOf(StateTensor expected, Tensor value)
    {
        if (!value.shape.SequenceEqual(expected.Shape))
        {
            return $"expected '{expected.Name}' of shape {TensorShape.Text(expected.Shape)}, got {TensorShape.Text(value.shape)}";
        }

        var sameKind = IsFloating(expected.Type) ? IsFloating(value.dtype) : value.dtype == expected.Type;
        return sameKind
            ? null
            : $"expected '{expected.Name}' of type {(IsFloating(expected.Type) ? "F32, F64, F16 or BF16" : expected.Type)}, got {value.dtype}";
    }

    private static InvalidDataException Mismatch(List<string> problems, string source)
    {
        const int Shown = 10;
        var more = problems.Count > Shown ? $"; and {problems.Count - Shown} more" : "";
        return new(
            $"{source}: {string.Join("; ", problems.Take(Shown))}{more}. The definition and the weights belong to different networks, or their names differ: rename the tensors when loading them.");
    }

    private static bool IsZip(Stream stream)
    {
        if (!stream.CanSeek)
        {
            return false;
        }

        var start = stream.Position;
        var magic = new byte[4];
        var length = stream.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        stream.Position = start;
        return length == magic.Length && "PK\u0003\u0004"u8.SequenceEqual(magic);
    }

    private static string Names(IEnumerable<string> names)
    {
        const int Shown = 10;
        string[] all = [.. names];
        return all.Length == 0
            ? "none at all"
            : string.Join(", ", all.Take(Shown).Select(name => $"'{name}'"))
                + (all.Length > Shown ? $" and {all.Length - Shown} more" : "");
    }
}
