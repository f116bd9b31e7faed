using Microsoft.ML.Adversarial.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.InformationGeometry;

/// <summary>A float64 copy of a network: the divergence of a small shift is far below what float32 logits resolve.</summary>
internal sealed class NetworkCopy : ShiftableNetwork
{
    private readonly Network _copy;
    private readonly Device _device;

    public NetworkCopy(Network network, Device device)
    {
        _copy = network.ToType(ScalarType.Float64);
        _copy.Module.to(device);
        _device = device;
        Parameters = [.. _copy.Module.parameters()];
    }

    public override IReadOnlyList<Tensor> Parameters { get; }

    public override Tensor Logits(Tensor inputs) => _copy.Module.call(inputs);

    public override Tensor Take(Tensor values) => values.detach().to(ScalarType.Float64, _device, copy: true);

    public override void Dispose() => _copy.Dispose();
}
