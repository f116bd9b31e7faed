using Microsoft.ML.Adversarial.Networks.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>
/// Networks whose logits are linear in the inputs between kinks, as with ReLU and pooling: their gradients with respect to activations do not
/// change with the input, and second derivatives need not be taken through them.
/// </summary>
internal static class PiecewiseLinear
{
    /// <summary>Whether the module's structure shows that it is; false where that says nothing.</summary>
    public static bool Is(nn.Module module)
    {
        if (module is LayerSequence or ResidualModule || module.GetType() == typeof(Sequential))
        {
            return module.children().All(Is);
        }

        return module is Linear or Conv1d or Conv2d or ReLU or LeakyReLU or MaxPool1d or MaxPool2d or AvgPool1d or AvgPool2d
            or AdaptiveAvgPool1d or AdaptiveAvgPool2d or Flatten or Unflatten or Identity or Dropout or DropoutModule
            or BatchNorm1d { running_mean: not null } or BatchNorm2d { running_mean: not null };
    }
}
