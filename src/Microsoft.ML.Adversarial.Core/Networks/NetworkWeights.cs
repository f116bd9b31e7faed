using Microsoft.ML.Adversarial.Networks.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks;

/// <summary>Reads weights and checks them against what a definition expects, before any module is built.</summary>
internal static class NetworkWeights
{
    public static bool IsFloating(ScalarType type) =>
        type is ScalarType.Float32 or ScalarType.Float64 or ScalarType.Float16 or ScalarType.BFloat16;

    public static Dictionary<string, Tensor> Read(Stream stream, string source, IEnumerable<StateTensor> expected)
    {
        var found = Safetensors.Read(stream, source);
        try
        {
            Dictionary<string, Tensor> state = [];
            foreach (var tensor in expected)
            {
                if (!found.TryGetValue(tensor.Name, out var value))
                {
                    throw new InvalidDataException(
                        $"{source}: expected a tensor '{tensor.Name}' of shape {TensorShape.Text(tensor.Shape)}, got none of that name "
                            + $"among {Names(found.Keys)}. The definition and the weights belong to different networks.");
                }

                state.Add(tensor.Name, Matching(tensor, value, source));
            }

            string[] extra = [.. found.Keys.Where(name => !state.ContainsKey(name))];
            return extra.Length == 0
                ? state
                : throw new InvalidDataException(
                    $"{source}: expected no tensors but those of the definition, got {Names(extra)}, the first of shape "
                        + $"{TensorShape.Text(found[extra[0]].shape)}. Remove them, or use the definition they belong to.");
        }
        finally
        {
            foreach (var tensor in found.Values)
            {
                tensor.Dispose();
            }
        }
    }

    private static Tensor Matching(StateTensor expected, Tensor value, string source)
    {
        if (!value.shape.SequenceEqual(expected.Shape))
        {
            throw new InvalidDataException(
                $"{source}: expected '{expected.Name}' of shape {TensorShape.Text(expected.Shape)}, got {TensorShape.Text(value.shape)}. "
                    + "The definition and the weights belong to different networks.");
        }

        var sameKind = IsFloating(expected.Type) ? IsFloating(value.dtype) : value.dtype == expected.Type;
        if (sameKind)
        {
            return value.dtype == expected.Type ? value.alias() : value.to(expected.Type);
        }

        throw new InvalidDataException(
            $"{source}: expected '{expected.Name}' of type {(IsFloating(expected.Type) ? "F32, F64, F16 or BF16" : expected.Type)}, "
                + $"got {value.dtype}.");
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
