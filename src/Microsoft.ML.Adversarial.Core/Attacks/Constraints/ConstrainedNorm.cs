using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Constraints;

/// <summary>
/// A norm in the units of each feature's own budget, ‖δ/s‖: what methods ask it for obeys the constraints. With y = δ/s the ball is the plain one,
/// and a step of U_p(s·g) in y is s·U_p(s·g) in x. Frozen features take no step.
/// </summary>
/// <param name="norm">The plain norm.</param>
/// <param name="valid">Which inputs are valid.</param>
/// <param name="scale">What changes are measured in, shape [1, features].</param>
/// <param name="reach">What the ball and steps are made of, shape [1, features].</param>
internal sealed class ConstrainedNorm(Norm norm, ValidInputs valid, Tensor scale, Tensor reach) : Norm
{
    public ConstrainedNorm(Norm norm, ValidInputs valid)
        : this(norm, valid, valid.Scale, valid.Reach)
    {
    }

    public override double Order => norm.Order;

    internal override Norm Dual => new ConstrainedNorm(norm.Dual, valid, reach.reciprocal(), reach.reciprocal());

    public override Tensor Measure(Tensor perturbations)
    {
        using var scope = NewDisposeScope();
        return norm.Measure((perturbations.flatten(1) / scale).reshape(perturbations.shape)).MoveToOuterDisposeScope();
    }

    public override Tensor Project(Tensor perturbations, double epsilon)
    {
        using var scope = NewDisposeScope();
        var free = (perturbations.flatten(1) / reach * valid.Free).reshape(perturbations.shape);
        return Scaled(norm.Project(free, epsilon)).MoveToOuterDisposeScope();
    }

    public override Tensor SteepestDirection(Tensor gradients)
    {
        using var scope = NewDisposeScope();
        return Scaled(norm.SteepestDirection(Slopes(gradients))).MoveToOuterDisposeScope();
    }

    internal override Tensor Slopes(Tensor gradients)
    {
        using var scope = NewDisposeScope();
        return Scaled(valid.Slopes(gradients)).MoveToOuterDisposeScope();
    }

    internal override Tensor Sample(Tensor like, double epsilon, RowRandom random)
    {
        using var scope = NewDisposeScope();
        return Scaled(norm.Sample(like, epsilon, random)).MoveToOuterDisposeScope();
    }

    internal override PerturbationRegion Around(Tensor inputs, double epsilon, InputBounds bounds) =>
        new ConstrainedRegion(this, valid, base.Around(inputs, epsilon, bounds), inputs, epsilon);

    internal override PerturbationRegion Ball(Norm measured, Tensor inputs, double epsilon, InputBounds bounds, Tensor? units) =>
        norm.Ball(measured, inputs, epsilon, bounds, reach * valid.Free);

    private Tensor Scaled(Tensor perturbations) => (perturbations.flatten(1) * reach).reshape(perturbations.shape);
}
