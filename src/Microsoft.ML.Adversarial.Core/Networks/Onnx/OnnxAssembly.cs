using Microsoft.ML.Adversarial.Networks.Layers;
using Microsoft.ML.Adversarial.Networks.Onnx.Format;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Onnx;

/// <summary>Makes a module of the steps that an import found.</summary>
/// <param name="source">What error messages begin with.</param>
/// <param name="inputName">The network's input.</param>
/// <param name="values">What has a value, by name: constants become parts of the module.</param>
/// <param name="steps">The steps that depend on the input, by what they give, in the order they run.</param>
/// <param name="giverName">The name under which a value is known, of any of its names.</param>
internal sealed class OnnxAssembly(
    string source, string inputName, IReadOnlyDictionary<string, OnnxValue> values,
    IReadOnlyDictionary<string, (OnnxStep Step, NodeProto Node)> steps, Func<string, string> giverName)
{
    /// <summary>The steps that the output needs, as a chain of layers where each reads the one before, else as a graph.</summary>
    public nn.Module<Tensor, Tensor> Of(string output)
    {
        List<OnnxGraphModule.Operation> operations = [];
        Dictionary<string, int> numbers = new() { [inputName] = OnnxGraphModule.Operation.NetworkInput };
        var needed = Needed(output);
        foreach (var name in steps.Keys.Where(needed.Contains))
        {
            (var step, var node) = steps[name];
            string[] inputs = [.. step.Inputs.Select(input => giverName(node.Input[input]))];
            var module = step.Layer ?? (nn.Module)new OnnxFunctionModule(
                node.OpType, step.Function!, [.. inputs.Select(input => values[input].IsConstant ? values[input].OfTwoRows : null)]);
            numbers[name] = operations.Count;
            operations.Add(new(module, [.. inputs.Where(input => !values[input].IsConstant).Select(input => numbers[input])]));
        }

        if (operations.Count == 0)
        {
            throw new InvalidDataException($"{source}: expected an output that depends on the input '{inputName}', got one that does not.");
        }

        if (values[output].Rank > 2)
        {
            operations.Add(new(nn.Flatten(), [operations.Count - 1]));
        }

        var isChain = operations.Index().All(one => one.Item.Inputs is [var input] && input == one.Index - 1);
        return isChain
            ? new LayerSequence([.. operations.Select(one => (nn.Module<Tensor, Tensor>)one.Module)])
            : new OnnxGraphModule(operations);
    }

    private HashSet<string> Needed(string output)
    {
        HashSet<string> needed = [];
        Stack<string> names = new([output]);
        while (names.TryPop(out var name))
        {
            if (steps.TryGetValue(name, out var giver) && needed.Add(name))
            {
                foreach (var input in giver.Step.Inputs)
                {
                    names.Push(giverName(giver.Node.Input[input]));
                }
            }
        }

        return needed;
    }
}
