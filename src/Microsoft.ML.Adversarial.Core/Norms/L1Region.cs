using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Norms;

/// <summary>
/// An L1 ball within bounds. The steepest step without bounds changes one feature, which the bounds soon stop: whatever the length, an image would
/// keep all but one of its pixels. The steepest one within bounds spends the length on the features with the largest slopes, each as far as it goes.
/// </summary>
/// <param name="norm">L1, or L1 in units: projects and measures.</param>
/// <param name="originals">Shape [N, …].</param>
/// <param name="epsilon">The budget.</param>
/// <param name="bounds">Of the inputs.</param>
/// <param name="units">What a step of length 1 changes each feature by, shape [1, features]; null: 1.</param>
internal sealed class L1Region(Norm norm, Tensor originals, double epsilon, InputBounds bounds, Tensor? units = null)
    : BallRegion(norm, originals, epsilon, bounds)
{
    private readonly Norm _norm = norm;
    private readonly (Tensor Lower, Tensor Upper) _bounds = bounds.ToTensors(originals);

    public override void Move_(Tensor inputs, Tensor gradient, double length)
    {
        using var scope = NewDisposeScope();
        Spend_(inputs, gradient, full([1, 1], length, inputs.dtype, inputs.device));
    }

    public override void Move_(Tensor inputs, Tensor gradient, Tensor lengths)
    {
        using var scope = NewDisposeScope();
        Spend_(inputs, gradient, lengths.to(inputs.dtype).unsqueeze(1));
    }

    private void Spend_(Tensor inputs, Tensor gradient, Tensor lengths)
    {
        var slopes = _norm.Slopes(gradient).flatten(1);
        var rooms = where(slopes.greater(0), (_bounds.Upper - inputs).flatten(1), (inputs - _bounds.Lower).flatten(1)).clamp_(min: 0);
        if (units is not null)
        {
            rooms = where(units.greater(0), rooms / units, zeros_like(rooms));
        }

        var order = slopes.abs().argsort(1, descending: true);
        var sorted = minimum(rooms, lengths).gather(1, order);
        var left = (lengths - sorted.cumsum(1) + sorted).clamp_(min: 0);
        var moves = zeros_like(slopes).scatter_(1, order, minimum(sorted, left)).mul_(slopes.sign());
        inputs.add_((units is null ? moves : moves * units).reshape(inputs.shape));
    }
}
