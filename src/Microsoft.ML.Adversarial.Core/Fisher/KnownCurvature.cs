using Microsoft.ML.Adversarial.Networks.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>
/// Networks of which the structure shows what bends: between their elementwise functions such as Tanh they are linear up to kinks, as of ReLU and
/// pooling, and second derivatives need to be taken of these functions only.
/// </summary>
internal static class KnownCurvature
{
    /// <summary>The functions that bend, none in networks with ReLU; false where the module's structure does not show them.</summary>
    public static bool TryFind(nn.Module module, out IReadOnlyList<nn.Module<Tensor, Tensor>> curves)
    {
        var found = new HashSet<nn.Module<Tensor, Tensor>>();
        curves = [];
        if (!Visit(module, found))
        {
            return false;
        }

        curves = [.. found];
        return true;
    }

    private static bool Visit(nn.Module module, HashSet<nn.Module<Tensor, Tensor>> curves)
    {
        if (module is LayerSequence or ResidualModule || module.GetType() == typeof(Sequential))
        {
            return module.children().All(child => Visit(child, curves));
        }

        // Written in place, the input is lost.
        if (module is Tanh { inplace: false } or Sigmoid { inplace: false } or ELU { inplace: false } or SiLU { inplace: false } or GELU { inplace: false } or Softplus)
        {
            curves.Add((nn.Module<Tensor, Tensor>)module);
            return true;
        }

        return module is Linear or Conv1d or Conv2d or ReLU or LeakyReLU or MaxPool1d or MaxPool2d or AvgPool1d or AvgPool2d
            or AdaptiveAvgPool1d or AdaptiveAvgPool2d or Flatten or Unflatten or Identity or Dropout or DropoutModule
            or BatchNorm1d { running_mean: not null } or BatchNorm2d { running_mean: not null };
    }
}
