using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Norms;

/// <summary>Input bounds in the form that clamps fastest: two numbers where one pair holds for all features, two tensors otherwise.</summary>
internal sealed class BoundsClamp
{
    private readonly InputBounds _bounds;
    private readonly (Tensor Lower, Tensor Upper)? _perFeature;

    public BoundsClamp(Tensor inputs, InputBounds bounds)
    {
        _bounds = bounds;
        _perFeature = bounds.IsUniform ? null : bounds.ToTensors(inputs);
    }

    /// <summary>The one pair of bounds, or null where each feature has its own.</summary>
    public (float Lower, float Upper)? Uniform => _bounds.IsUniform ? (_bounds.Lower[0], _bounds.Upper[0]) : null;

    public void Apply_(Tensor inputs)
    {
        if (_perFeature is { } tensors)
        {
            inputs.clamp_(tensors.Lower, tensors.Upper);
        }
        else
        {
            inputs.clamp_(_bounds.Lower[0], _bounds.Upper[0]);
        }
    }
}
