using System.Text;
using Microsoft.ML.Adversarial.Networks.Onnx.Format;
using AttributeType = Microsoft.ML.Adversarial.Networks.Onnx.Format.AttributeProto.Types.AttributeType;

namespace Microsoft.ML.Adversarial.Networks.Onnx;

/// <summary>The attributes of a node. One that an operator did not ask for would change what the node means: it is an error, never
/// ignored.</summary>
internal sealed class OnnxAttributes(NodeProto node, string place)
{
    private readonly HashSet<string> _read = [];

    public long Integer(string name, long standard) => Find(name, AttributeType.Int)?.I ?? standard;

    public bool Flag(string name, bool standard = false) => Integer(name, standard ? 1 : 0) != 0;

    public double Number(string name, double standard) => Find(name, AttributeType.Float) is { } found
        ? double.IsNaN(found.F) ? throw new InvalidDataException($"{place}: expected attribute '{name}' to be a number, got NaN.") : found.F
        : standard;

    public string Text(string name, string standard) =>
        Find(name, AttributeType.String) is { } found ? Encoding.UTF8.GetString(found.S.Span) : standard;

    public long[]? Integers(string name) => Find(name, AttributeType.Ints) is { } found ? [.. found.Ints] : null;

    public double[]? Numbers(string name) =>
        Find(name, AttributeType.Floats) is { } found ? [.. found.Floats.Select(value => (double)value)] : null;

    public TensorProto? Tensor(string name) => Find(name, AttributeType.Tensor)?.T;

    /// <summary>Says that an attribute is known to make no difference here.</summary>
    public void Ignore(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            _read.Add(name);
        }
    }

    /// <summary>Throws for an attribute that nobody asked for.</summary>
    public void RequireAllRead()
    {
        if (node.Attribute.FirstOrDefault(attribute => !_read.Contains(attribute.Name)) is { } unread)
        {
            throw new NotSupportedException($"{place}: the attribute '{unread.Name}' is not supported. Export the model without it.");
        }
    }

    private AttributeProto? Find(string name, AttributeType type)
    {
        _read.Add(name);
        var found = node.Attribute.FirstOrDefault(attribute => attribute.Name == name);

        // Old exporters left the type out.
        return found is null || found.Type == type || found.Type == AttributeType.Undefined
            ? found
            : throw new InvalidDataException($"{place}: expected attribute '{name}' of type {type}, got {found.Type}.");
    }
}
