using Microsoft.ML.Adversarial.Networks.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>
/// The linear layers with which most networks end, with nothing but functions of single values in between. Through these, cotangents of all
/// classes go back in one matrix product instead of one backward pass each.
/// </summary>
internal static class DenseTail
{
    /// <summary>The layers, first to last; none where the module's structure does not show what it computes.</summary>
    public static IReadOnlyList<nn.Module> Of(nn.Module module)
    {
        var tail = new LinkedList<nn.Module>();
        foreach (var layer in InOrder(module).Reverse())
        {
            if (layer is Linear)
            {
                tail.AddFirst(layer);
            }
            else if (tail.Count == 0 || !IsElementwise(layer))
            {
                break;
            }
        }

        return [.. tail];
    }

    // A class derived from Sequential may do anything in its forward pass.
    private static IEnumerable<nn.Module> InOrder(nn.Module module) =>
        module is LayerSequence || module.GetType() == typeof(Sequential) ? module.children().SelectMany(InOrder) : [module];

    // In evaluation mode dropout is the identity.
    private static bool IsElementwise(nn.Module module) =>
        module is ReLU or LeakyReLU or ELU or GELU or SiLU or Softplus or Tanh or Sigmoid or Identity or Dropout or DropoutModule;
}
