using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Norms;

/// <summary>The inputs that an attack may return: inside the input bounds, and no further than ε from the originals.</summary>
internal abstract class PerturbationRegion(Norm norm)
{
    /// <summary>Moves inputs by a length along the steepest direction for a gradient, then projects them, in place.</summary>
    public virtual void Step_(Tensor inputs, Tensor gradient, double length)
    {
        Move_(inputs, gradient, length);
        Project_(inputs);
    }

    /// <summary>The same with a length for each row, shape [N].</summary>
    public virtual void Step_(Tensor inputs, Tensor gradient, Tensor lengths)
    {
        Move_(inputs, gradient, lengths);
        Project_(inputs);
    }

    /// <summary>A step without the projection, in place.</summary>
    public virtual void Move_(Tensor inputs, Tensor gradient, double length)
    {
        using var direction = norm.SteepestDirection(gradient);
        inputs.add_(direction, alpha: length);
    }

    /// <summary>The same with a length for each row, shape [N].</summary>
    public virtual void Move_(Tensor inputs, Tensor gradient, Tensor lengths)
    {
        using var scope = NewDisposeScope();
        inputs.add_((norm.SteepestDirection(gradient).flatten(1) * lengths.unsqueeze(1)).reshape(inputs.shape));
    }

    /// <summary>Moves the perturbation to the nearest one within the budget, then the input into the bounds, in place.</summary>
    public abstract void Project_(Tensor inputs);

    /// <summary>Moves rows that lie outside into the region, in place; leaves the others as they are, bit for bit.</summary>
    public abstract void Clip_(Tensor inputs);

    /// <summary>Clips, then makes the inputs what an adversarial input must be, in place: what becomes of an attack's result in the end.</summary>
    public virtual void Conform_(Tensor inputs) => Clip_(inputs);
}

/// <summary>No budget: the bounds alone, as for minimum-norm attacks.</summary>
internal sealed class BoundsRegion(Norm norm, Tensor inputs, InputBounds bounds) : PerturbationRegion(norm)
{
    private readonly BoundsClamp _bounds = new(inputs, bounds);

    public override void Project_(Tensor inputs) => _bounds.Apply_(inputs);

    public override void Clip_(Tensor inputs) => _bounds.Apply_(inputs);
}

/// <summary>An L∞ ball within bounds is a box.</summary>
internal sealed class BoxRegion : PerturbationRegion
{
    private readonly Tensor _originals;
    private readonly double _epsilon;
    private readonly BoundsClamp _bounds;

    public BoxRegion(Norm norm, Tensor originals, double epsilon, InputBounds bounds)
        : base(norm)
    {
        Norm.RequireRadius(epsilon);
        _originals = originals;
        _epsilon = epsilon;
        _bounds = new BoundsClamp(originals, bounds);
    }

    public override void Step_(Tensor inputs, Tensor gradient, double length)
    {
        if (_bounds.Uniform is { } bounds && PlainCells.Have(inputs, gradient, _originals))
        {
            BoxStep.Apply(
                PlainCells.Of(inputs), PlainCells.Of(_originals), PlainCells.Of(gradient),
                (float)length, (float)_epsilon, bounds.Lower, bounds.Upper);
        }
        else
        {
            base.Step_(inputs, gradient, length);
        }
    }

    public override void Project_(Tensor inputs)
    {
        inputs.sub_(_originals).clamp_(-_epsilon, _epsilon).add_(_originals);
        _bounds.Apply_(inputs);
    }

    public override void Clip_(Tensor inputs)
    {
        if (_bounds.Uniform is { } bounds && PlainCells.Have(inputs, _originals))
        {
            BoxStep.Clip(PlainCells.Of(inputs), PlainCells.Of(_originals), (float)_epsilon, bounds.Lower, bounds.Upper);
            return;
        }

        using var scope = TorchSharp.torch.NewDisposeScope();
        var (lower, upper) = (_originals - _epsilon, _originals + _epsilon);
        _bounds.Apply_(lower);
        _bounds.Apply_(upper);
        inputs.clamp_(lower, upper);
    }
}

/// <summary>Any other ball. The originals lie within the bounds, so clamping to these after projecting never makes a change larger.</summary>
internal class BallRegion(Norm norm, Tensor originals, double epsilon, InputBounds bounds) : PerturbationRegion(norm)
{
    private readonly Norm _norm = norm;
    private readonly BoundsClamp _bounds = new(originals, bounds);

    public override void Project_(Tensor inputs)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        var projected = _norm.Project(inputs - originals, epsilon);
        inputs.copy_(originals).add_(projected);
        _bounds.Apply_(inputs);
    }

    public override void Clip_(Tensor inputs)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        var inside = _norm.Measure(inputs - originals).less_equal(epsilon);
        var before = inputs.clone();
        Project_(inputs);

        // Adding the difference to the original again need not give the same number, and on trees the next one may be another class.
        _bounds.Apply_(before);
        inputs.copy_(where(Norm.PerRow(inside, inputs), before, inputs));
    }
}
