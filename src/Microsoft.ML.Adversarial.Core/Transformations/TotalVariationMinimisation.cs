using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transformations;

/// <summary>
/// Total variation minimisation (Guo et al. 2018, arXiv:1711.00117, section 4): random pixels are dropped, and the image becomes the
/// smoothest one that fits the others, the z that minimises ½·‖m ⊙ (z − x)‖² + weight·TV(z), channel by channel. Each channel of each pixel is dropped on
/// its own, as in the paper. TV is the isotropic one of Rudin, Osher &amp; Fatemi 1992, the sum of the lengths of the pixels' gradients; the paper
/// adds up the lengths of whole rows and columns instead. Attacks go straight through, each time with other pixels dropped.
/// </summary>
/// <remarks>
/// Solved by a fixed number of steps of the primal-dual method (Chambolle &amp; Pock 2011, algorithm 1, both step sizes 1/√8), from an image
/// whose dropped pixels are the mean of the others. Values stay within those of the channel.
/// </remarks>
[TransformationName("tvm")]
public sealed record TotalVariationMinimisation : InputTransformation
{
    private readonly double _dropProbability = 0.5;
    private readonly double _weight = 0.03;
    private readonly int _iterations = 100;

    /// <summary>How likely a pixel is dropped, at least 0, below 1; 0 for none, which makes the transformation deterministic. Default 0.5.</summary>
    public double DropProbability
    {
        get => _dropProbability;
        init => _dropProbability = InRange(value, value is >= 0 and < 1, ">= 0 and < 1", nameof(DropProbability));
    }

    /// <summary>How much total variation counts, above 0, in units of the range. Default 0.03.</summary>
    public double Weight
    {
        get => _weight;
        init => _weight = InRange(value, value is > 0 and < double.PositiveInfinity, "> 0 and finite", nameof(Weight));
    }

    /// <summary>Steps of the solver, from 1 to 10000. Default 100.</summary>
    public int Iterations
    {
        get => _iterations;
        init => _iterations = InRange(value, value is >= 1 and <= 10_000, ">= 1 and <= 10000", nameof(Iterations));
    }

    /// <inheritdoc/>
    public override TransformationGradient Gradient => TransformationGradient.StraightThrough;

    /// <inheritdoc/>
    public override bool IsRandom => DropProbability > 0;

    /// <inheritdoc/>
    public override bool NeedsImages => true;

    private protected override Tensor Transform(Tensor inputs, RowRandom random)
    {
        using var scope = NewDisposeScope();
        var kept = IsRandom
            ? random.Uniform(inputs, 0, 1).greater_equal(DropProbability).to(inputs.dtype)
            : ones_like(inputs);
        return TotalVariation.Minimise(inputs, kept, Weight * Range.Width, Iterations).MoveToOuterDisposeScope();
    }
}
