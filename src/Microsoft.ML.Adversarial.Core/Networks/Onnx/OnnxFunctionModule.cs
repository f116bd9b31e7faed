using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Onnx;

/// <summary>An operator that no layer of TorchSharp stands for. Constants that it reads are buffers, which no gradient goes to.</summary>
internal sealed class OnnxFunctionModule : nn.Module<Tensor, Tensor>
{
    private readonly Func<Tensor[], Tensor> _function;
    private readonly bool[] _isConstant;

    /// <param name="name">The operator.</param>
    /// <param name="function">What it computes.</param>
    /// <param name="constants">For each tensor that the function takes, its constant value, or null for one that is computed.</param>
    public OnnxFunctionModule(string name, Func<Tensor[], Tensor> function, IReadOnlyList<Tensor?> constants)
        : base(name)
    {
        _function = function;
        _isConstant = [.. constants.Select(constant => constant is not null)];
        for (var index = 0; index < constants.Count; index++)
        {
            if (constants[index] is { } constant)
            {
                register_buffer(NameOf(index), constant.detach().clone());
            }
        }
    }

    /// <summary>The operator's result on the tensors that are computed; it belongs to the caller.</summary>
    public Tensor Apply(params Tensor[] computed)
    {
        using var scope = NewDisposeScope();
        var next = 0;
        Tensor[] inputs = [.. _isConstant.Select((isConstant, index) => isConstant ? get_buffer(NameOf(index))! : computed[next++])];
        var output = _function(inputs);
        return (inputs.Any(input => ReferenceEquals(input, output)) ? output.alias() : output).MoveToOuterDisposeScope();
    }

    public override Tensor forward(Tensor x) => Apply(x);

    private static string NameOf(int index) => $"constant{index}";
}
