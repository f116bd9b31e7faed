using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Norms;

internal sealed class L1Norm : Norm
{
    public override double Order => 1;

    public override Tensor Measure(Tensor perturbations)
    {
        using var absolute = perturbations.flatten(1).abs();
        return absolute.sum(1);
    }

    // Duchi et al. 2008: soft-threshold by the λ at which the sorted magnitudes' surplus equals ε.
    public override Tensor Project(Tensor perturbations, double epsilon)
    {
        RequireRadius(epsilon);
        using var scope = NewDisposeScope();
        // The threshold is a difference of long sums: in float32 its error, times the number of features, would break the budget.
        var rows = perturbations.flatten(1).to(ScalarType.Float64);
        var magnitudes = rows.abs();
        var (sorted, _) = magnitudes.sort(1, descending: true);
        var ranks = arange(1, rows.shape[1] + 1, dtype: rows.dtype, device: rows.device);
        var surplus = (sorted.cumsum(1) - epsilon) / ranks;
        var kept = sorted.greater(surplus).sum(1, keepdim: true).clamp_(min: 1);
        var threshold = surplus.gather(1, kept - 1).clamp_(min: 0);
        var shrunk = rows.sign() * (magnitudes - threshold).clamp_(min: 0);
        return shrunk.to(perturbations.dtype).reshape(perturbations.shape).MoveToOuterDisposeScope();
    }

    public override Tensor SteepestDirection(Tensor gradients)
    {
        using var scope = NewDisposeScope();
        var rows = gradients.flatten(1);
        var largest = rows.abs().argmax(1, keepdim: true);
        var direction = zeros_like(rows).scatter_(1, largest, rows.gather(1, largest).sign());
        return direction.reshape(gradients.shape).MoveToOuterDisposeScope();
    }

    internal override PerturbationRegion Ball(Norm norm, Tensor inputs, double epsilon, InputBounds bounds, Tensor? units) =>
        new L1Region(norm, inputs, epsilon, bounds, units);

    // Laplace components over their L1 length, times U^(1/D): uniform in the L1 ball.
    internal override Tensor Sample(Tensor like, double epsilon, RowRandom random)
    {
        using var scope = NewDisposeScope();
        var exponential = -random.Uniform(like, 1e-12, 1).log_();
        var signs = (random.Uniform(like, 0, 1) - 0.5).sign_();
        var radius = RandomRadius(like, epsilon, random) / exponential.flatten(1).sum(1);
        return (exponential * signs * PerRow(radius, like)).MoveToOuterDisposeScope();
    }
}
