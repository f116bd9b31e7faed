using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Onnx;

/// <summary>Operators of which some read results of several others: residual connections, concatenations.</summary>
internal sealed class OnnxGraphModule : nn.Module<Tensor, Tensor>
{
    private readonly Operation[] _operations;
    private readonly int[][] _lastUses;

    /// <param name="operations">In the order in which they run; the last one gives the logits.</param>
    public OnnxGraphModule(IReadOnlyList<Operation> operations)
        : base(nameof(OnnxGraphModule))
    {
        _operations = [.. operations];
        var last = new int[operations.Count];
        for (var index = 0; index < operations.Count; index++)
        {
            register_module($"{index}", operations[index].Module);
            foreach (var input in operations[index].Inputs.Where(input => input != Operation.NetworkInput))
            {
                last[input] = index;
            }
        }

        _lastUses = [.. operations.Select((_, index) => Enumerable.Range(0, index).Where(value => last[value] == index).ToArray())];
    }

    public override Tensor forward(Tensor x)
    {
        var values = new Tensor[_operations.Length];
        for (var index = 0; index < _operations.Length; index++)
        {
            (var module, var inputs) = _operations[index];
            Tensor[] arguments = [.. inputs.Select(input => input == Operation.NetworkInput ? x : values[input])];
            values[index] = module is OnnxFunctionModule function ? function.Apply(arguments)
                : Result((nn.Module<Tensor, Tensor>)module, arguments[0]);

            // Autograd keeps what it needs; without this, activations live until the caller's scope ends.
            foreach (var unused in _lastUses[index])
            {
                values[unused].Dispose();
            }
        }

        return values[^1];
    }

    // A layer that does nothing may hand back what it got, which has an owner already.
    private static Tensor Result(nn.Module<Tensor, Tensor> layer, Tensor input)
    {
        var output = layer.call(input);
        return ReferenceEquals(output, input) ? input.alias() : output;
    }

    /// <summary>A module, and the numbers of the operations whose results it reads.</summary>
    internal readonly record struct Operation(nn.Module Module, IReadOnlyList<int> Inputs)
    {
        /// <summary>Stands for the network's own input among <see cref="Inputs"/>.</summary>
        public const int NetworkInput = -1;
    }
}
