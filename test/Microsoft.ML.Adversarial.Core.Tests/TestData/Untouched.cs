using Microsoft.ML.Adversarial.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.TestData;

/// <summary>What a call must leave as it was: tensors, a module with its gradients and modes, and the global state of the thread.</summary>
internal sealed class Untouched
{
    private readonly nn.Module module;
    private readonly Tensor[] tensors;
    private readonly List<(string Name, byte[] Bits)> before;

    public Untouched(nn.Module module, params Tensor[] tensors)
    {
        this.module = module;
        this.tensors = tensors;
        before = State();
    }

    public void Verify()
    {
        foreach (((string name, byte[] expected), (_, byte[] actual)) in before.Zip(State()))
        {
            CollectionAssert.AreEqual(expected, actual, $"{name} changed");
        }
    }

    private List<(string Name, byte[] Bits)> State()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        return
        [
            .. tensors.Select((tensor, index) => ($"tensor {index}", SmallNetwork.Bits(tensor))),
            .. tensors.Select(
                (tensor, index) => ($"requires_grad of tensor {index}", Flags(tensor.requires_grad, tensor.grad is not null))),
            .. module.state_dict().Select(pair => (pair.Key, SmallNetwork.Bits(pair.Value))),
            .. module.named_parameters().Select(
                pair => ($"requires_grad and .grad of {pair.name}", Flags(pair.parameter.requires_grad, pair.parameter.grad is not null))),
            .. module.named_modules().Select(pair => ($"mode of {pair.name}", Flags(pair.module.training))),
            ("mode of the module", Flags(module.training)),
            ("global random state", SmallNetwork.Bits(torch.get_rng_state())),
            ("grad mode", Flags(torch.is_grad_enabled(), torch.is_inference_mode_enabled())),
            ("thread count", [(byte)torch.get_num_threads()]),
        ];
    }

    private static byte[] Flags(params bool[] flags) => [.. flags.Select(Convert.ToByte)];
}
