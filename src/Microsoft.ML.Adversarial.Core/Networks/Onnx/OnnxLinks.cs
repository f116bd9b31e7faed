using Microsoft.ML.Adversarial.Networks.Onnx.Format;

namespace Microsoft.ML.Adversarial.Networks.Onnx;

/// <summary>Which nodes give and which read the values of a graph.</summary>
internal sealed class OnnxLinks
{
    private readonly OnnxGraph _graph;
    private readonly Dictionary<string, List<NodeProto>> _readers = [];
    private readonly Dictionary<string, NodeProto> _givers = [];

    public OnnxLinks(OnnxGraph graph)
    {
        _graph = graph;
        foreach (var node in graph.Nodes)
        {
            foreach (var input in node.Input)
            {
                (_readers.TryGetValue(input, out var list) ? list : _readers[input] = []).Add(node);
            }

            foreach (var output in node.Output)
            {
                _givers[output] = node;
            }
        }
    }

    /// <summary>The nodes that read a value, each as often as it does; null where none does.</summary>
    public IReadOnlyList<NodeProto>? ReadersOf(string name) => _readers.GetValueOrDefault(name);

    /// <summary>The name of the values that the output holds, before a softmax at the end, and whether there is one.</summary>
    public (string Name, bool IsSoftmaxRemoved) Logits()
    {
        var name = _graph.Output;
        while (GiverOf(name) is { Input.Count: > 0 } last)
        {
            if (last.OpType is "Softmax" or "LogSoftmax" && OnnxFile.IsStandard(last.Domain) && IsOverClasses(last))
            {
                return (last.Input[0], true);
            }

            if (last.OpType != "Identity")
            {
                break;
            }

            name = last.Input[0];
        }

        return (_graph.Output, false);
    }

    /// <summary>The nodes that an output cannot do without.</summary>
    public HashSet<NodeProto> NeededBy(string output)
    {
        HashSet<NodeProto> needed = new(ReferenceEqualityComparer.Instance);
        Stack<string> names = new([output]);
        while (names.TryPop(out var name))
        {
            if (GiverOf(name) is { } node && needed.Add(node))
            {
                foreach (var input in node.Input)
                {
                    names.Push(input);
                }
            }
        }

        return needed;
    }

    private NodeProto? GiverOf(string name) => _givers.GetValueOrDefault(name);

    private static bool IsOverClasses(NodeProto softmax) =>
        (softmax.Attribute.FirstOrDefault(attribute => attribute.Name == "axis")?.I ?? 1) is 1 or -1;
}
