using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Constraints;

/// <summary>
/// A norm in the units of each feature's own budget, ‖δ/s‖: what methods ask it for obeys the constraints. With y = δ/s the ball is the plain one,
/// and a step of U_p(s·g) in y is s·U_p(s·g) in x. Frozen features have s = 0: no step goes there.
/// </summary>
internal sealed class ConstrainedNorm(Norm norm, ValidInputs valid, Tensor? scale) : Norm
{
    public ConstrainedNorm(Norm norm, ValidInputs valid)
        : this(norm, valid, valid.Scale)
    {
    }

    public override double Order => norm.Order;

    public override Tensor Measure(Tensor perturbations)
    {
        using var scope = NewDisposeScope();
        return norm.Measure(Unscaled(perturbations)).MoveToOuterDisposeScope();
    }

    public override Tensor Project(Tensor perturbations, double epsilon)
    {
        using var scope = NewDisposeScope();
        return Scaled(norm.Project(Unscaled(perturbations), epsilon)).MoveToOuterDisposeScope();
    }

    public override Tensor SteepestDirection(Tensor gradients)
    {
        using var scope = NewDisposeScope();
        return Scaled(norm.SteepestDirection(Scaled(valid.Centred(gradients)))).MoveToOuterDisposeScope();
    }

    internal override Tensor Sample(Tensor like, double epsilon, RowRandom random)
    {
        using var scope = NewDisposeScope();
        return Scaled(norm.Sample(like, epsilon, random)).MoveToOuterDisposeScope();
    }

    internal override PerturbationRegion Around(Tensor inputs, double epsilon, InputBounds bounds) =>
        new ConstrainedRegion(this, valid, Ball(inputs, epsilon, valid.Reachable(bounds)), inputs, epsilon);

    private PerturbationRegion Ball(Tensor inputs, double epsilon, InputBounds bounds)
    {
        if (double.IsPositiveInfinity(epsilon))
        {
            return new BoundsRegion(this, inputs, bounds);
        }

        var reachable = norm == LInfinity ? valid.ReachableScale(epsilon) : scale;
        return reachable is null ? norm.Around(inputs, epsilon, bounds) : new BallRegion(new ConstrainedNorm(norm, valid, reachable), inputs, epsilon, bounds);
    }

    private Tensor Unscaled(Tensor perturbations) => scale is null
        ? perturbations
        : (perturbations.flatten(1) / scale.masked_fill(scale.eq(0), double.PositiveInfinity)).reshape(perturbations.shape);

    private Tensor Scaled(Tensor perturbations) =>
        scale is null ? perturbations : (perturbations.flatten(1) * scale).reshape(perturbations.shape);
}
