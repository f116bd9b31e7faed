using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Layers;

/// <summary>A tensor that a layer keeps in a weights file: name, shape, element type, and how it starts out.</summary>
internal sealed record StateTensor(string Name, long[] Shape, ScalarType Type, Func<StateTensor, Generator, Tensor> Create)
{
    /// <summary>PyTorch's default for Linear and Conv2d: uniform in ±1/√(number of inputs of one unit).</summary>
    public static StateTensor Uniform(string name, long[] shape, long inputsPerUnit) =>
        new(name, shape, ScalarType.Float32, (self, generator) =>
        {
            var bound = 1 / Math.Sqrt(inputsPerUnit);
            return torch.empty(self.Shape, self.Type).uniform_(-bound, bound, generator);
        });

    public static StateTensor Constant(string name, long[] shape, double value) =>
        new(name, shape, ScalarType.Float32, (self, _) => torch.full(self.Shape, value, self.Type));

    public static StateTensor Counter(string name) =>
        new(name, [], ScalarType.Int64, (self, _) => torch.zeros(self.Shape, self.Type));
}
