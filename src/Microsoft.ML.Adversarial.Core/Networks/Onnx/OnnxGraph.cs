using Microsoft.ML.Adversarial.Networks.Onnx.Format;

namespace Microsoft.ML.Adversarial.Networks.Onnx;

/// <summary>A graph whose structure was checked: its one input, the output that is asked for, and nodes in an order they can run
/// in.</summary>
/// <param name="Input">The input that is not a weight.</param>
/// <param name="Output">The name of the output.</param>
/// <param name="Nodes">Every node after those whose outputs it reads.</param>
internal sealed record OnnxGraph(ValueInfoProto Input, string Output, IReadOnlyList<NodeProto> Nodes)
{
    public static OnnxGraph Of(GraphProto? graph, string? outputName, string source)
    {
        if (graph is null || graph.Node.Count == 0)
        {
            throw new InvalidDataException($"{source}: expected a graph of nodes, got none. It is truncated, or no ONNX model.");
        }

        if (graph.SparseInitializer.Count > 0)
        {
            throw new NotSupportedException($"{source}: expected dense weights, got sparse ones. Export the model with dense weights.");
        }

        HashSet<string> weights = [.. graph.Initializer.Select(tensor => tensor.Name)];
        ValueInfoProto[] inputs = [.. graph.Input.Where(input => !weights.Contains(input.Name))];
        return inputs is [var input]
            ? new(input, OutputOf(graph, outputName, source), Sorted(graph, weights, input.Name, source))
            : throw new NotSupportedException(
                $"{source}: expected one input besides the weights, got {inputs.Length}{Names(inputs.Select(one => one.Name))}. Export a model that reads the features alone.");
    }

    public static string Place(NodeProto node) => $"node '{node.Name}' ({node.OpType})";

    private static string OutputOf(GraphProto graph, string? name, string source)
    {
        if (name is null)
        {
            return graph.Output.Count == 1
                ? graph.Output[0].Name
                : throw new ArgumentException(
                    $"{source}: expected the name of the output that holds the logits, since there are {graph.Output.Count}{Names(graph.Output.Select(one => one.Name))}; got none.");
        }

        return graph.Output.Any(output => output.Name == name)
            ? name
            : throw new ArgumentException($"{source}: expected the name of an output{Names(graph.Output.Select(one => one.Name))}, got '{name}'.");
    }

    // Kahn's algorithm: what is left over reads its own results.
    private static List<NodeProto> Sorted(GraphProto graph, HashSet<string> weights, string input, string source)
    {
        Dictionary<string, NodeProto> givers = [];
        foreach (var node in graph.Node)
        {
            foreach (var output in node.Output.Where(output => output.Length > 0))
            {
                if (output == input || weights.Contains(output) || !givers.TryAdd(output, node))
                {
                    throw new InvalidDataException($"{source}: {Place(node)}: expected outputs that nothing else gives, got '{output}'.");
                }
            }
        }

        Dictionary<NodeProto, int> missing = new(ReferenceEqualityComparer.Instance);
        Dictionary<NodeProto, List<NodeProto>> readers = new(ReferenceEqualityComparer.Instance);
        Queue<NodeProto> ready = [];
        foreach (var node in graph.Node)
        {
            NodeProto[] before = [.. node.Input.Where(name => name.Length > 0 && name != input && !weights.Contains(name)).Select(name =>
                givers.GetValueOrDefault(name) ?? throw new InvalidDataException(
                    $"{source}: {Place(node)}: expected '{name}', which it reads, to be an input, a weight or another node's output, got nothing of that name."))];
            missing[node] = before.Length;
            foreach (var giver in before)
            {
                (readers.TryGetValue(giver, out var list) ? list : readers[giver] = []).Add(node);
            }

            if (before.Length == 0)
            {
                ready.Enqueue(node);
            }
        }

        List<NodeProto> sorted = [];
        while (ready.TryDequeue(out var node))
        {
            sorted.Add(node);
            foreach (var reader in readers.GetValueOrDefault(node) ?? [])
            {
                if (--missing[reader] == 0)
                {
                    ready.Enqueue(reader);
                }
            }
        }

        return sorted.Count == graph.Node.Count
            ? sorted
            : throw new InvalidDataException(
                $"{source}: {Place(graph.Node.First(node => missing[node] > 0))}: expected nodes without a cycle, got one that waits for its own result.");
    }

    private static string Names(IEnumerable<string> names)
    {
        const int Shown = 10;
        string[] all = [.. names.Take(Shown + 1)];
        return all.Length == 0 ? "" : " (" + string.Join(", ", all.Take(Shown)) + (all.Length > Shown ? ", …)" : ")");
    }
}
