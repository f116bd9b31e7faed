using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks;

/// <summary>A network that owns its module and that a model file can hold, since it can be read again from what it was read from.</summary>
internal interface IStoredNetwork : IDisposable
{
    nn.Module<Tensor, Tensor> Module { get; }

    IReadOnlyList<long> InputShape { get; }

    int ClassCount { get; }
}
