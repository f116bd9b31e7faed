using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Norms;

/// <summary>Lp for a finite p above 1 other than 2.</summary>
internal sealed class LpNorm(double p) : Norm
{
    private const int MaximumIterations = 60;
    private const int NewtonSteps = 20;
    private const double Precision = 1e-13;

    // A smaller multiplier moves nothing by more than float64's precision.
    private const double LogSmallestMultiplier = -40;

    public override double Order => p;

    public override Tensor Measure(Tensor perturbations)
    {
        using var scope = NewDisposeScope();
        var (scaled, largest) = Scale(perturbations);
        return (scaled.pow(p).sum(1).pow(1 / p) * largest).MoveToOuterDisposeScope();
    }

    // The nearest point v of u solves v + λp·v^(p−1) = |u| componentwise, with λ ≥ 0 such that ‖v‖_p = ε. In units of ε: some component
    // of v is at least D^(−1/p), hence λ at most D·max|u|/p. Newton's method on log ‖v‖ as a function of log λ, within a bracket.
    public override Tensor Project(Tensor perturbations, double epsilon)
    {
        RequireRadius(epsilon);
        using var scope = NewDisposeScope();
        var rows = perturbations.flatten(1).to(ScalarType.Float64);
        var outside = Measure(rows).greater(epsilon).unsqueeze(1);
        if (epsilon == 0 || !outside.any().item<bool>())
        {
            return (epsilon == 0 ? zeros_like(perturbations) : perturbations.clone()).MoveToOuterDisposeScope();
        }

        var magnitudes = rows.abs() / epsilon;
        var low = full_like(outside, LogSmallestMultiplier, ScalarType.Float64);
        var high = (magnitudes.amax([1], keepdim: true) * rows.shape[1] / p).log_().clamp_(min: LogSmallestMultiplier);
        var multiplier = (low + high) / 2;
        var shrunk = empty_like(magnitudes);
        for (var iteration = 0; iteration < MaximumIterations; iteration++)
        {
            using var step = NewDisposeScope();
            shrunk.copy_(Shrink(magnitudes, multiplier.exp()));
            var surplus = Measure(shrunk).log_().unsqueeze(1);
            var tooLong = surplus.greater(0);
            low.copy_(where(tooLong, multiplier, low));
            high.copy_(where(tooLong, high, multiplier));
            var unfinished = surplus.abs().greater(Precision).logical_and_(outside).logical_and_((high - low).greater(Precision));
            if (!unfinished.any().item<bool>())
            {
                break;
            }

            var next = multiplier - (surplus / Slope(magnitudes, shrunk));
            var within = next.greater(low).logical_and_(next.less(high));
            multiplier.copy_(where(within, next, (low + high) / 2));
        }

        // What is left of the last iteration's error must not exceed the ball.
        var scale = Measure(shrunk).clamp_(min: 1).reciprocal_().mul_(epsilon).unsqueeze(1);
        shrunk.mul_(scale).mul_(rows.sign());
        return where(outside, shrunk, rows).to(perturbations.dtype).reshape(perturbations.shape).MoveToOuterDisposeScope();
    }

    public override Tensor SteepestDirection(Tensor gradients)
    {
        using var scope = NewDisposeScope();
        var q = p / (p - 1);
        var (scaled, _) = Scale(gradients);
        var length = scaled.pow(q).sum(1, keepdim: true).pow((q - 1) / q).clamp_(min: 1e-30);
        var direction = gradients.flatten(1).sign() * scaled.pow(q - 1) / length;
        return direction.reshape(gradients.shape).MoveToOuterDisposeScope();
    }

    // A random direction on the sphere and a radius ε·U^(1/D); not exactly uniform for p other than 1, 2 and ∞, but it reaches every point.
    internal override Tensor Sample(Tensor like, double epsilon, RowRandom random)
    {
        using var scope = NewDisposeScope();
        var direction = random.Normal(like);
        var radius = RandomRadius(like, epsilon, random) / Measure(direction);
        return (direction * PerRow(radius, like)).MoveToOuterDisposeScope();
    }

    // v + c·v^(p−1) = u with c = λp; for p below 2 solved for v^(p−1). Either way the left side is convex with one power and one linear
    // term, and where the larger of them alone makes u is above the root: Newton's method descends from there.
    private Tensor Shrink(Tensor magnitudes, Tensor multiplier)
    {
        using var scope = NewDisposeScope();
        var one = ones_like(multiplier);
        var (power, factor, slope) = p > 2 ? (p - 1, multiplier * p, one) : (1 / (p - 1), one, multiplier * p);
        var unknown = minimum((magnitudes / factor).pow(1 / power), magnitudes / slope);
        for (var iteration = 0; iteration < NewtonSteps; iteration++)
        {
            using var step = NewDisposeScope();
            var raised = unknown.pow(power - 1).mul_(factor);
            var excess = (raised + slope).mul_(unknown).sub_(magnitudes);
            unknown.sub_(excess.div_(raised.mul_(power).add_(slope))).clamp_(min: 0);
        }

        return (p > 2 ? unknown : unknown.pow(power)).MoveToOuterDisposeScope();
    }

    // ∂ log ‖v‖ / ∂ log λ: the mean of −s / (1 + s(p−2)) weighted with v^p, s = (u − v)/u.
    private Tensor Slope(Tensor magnitudes, Tensor shrunk)
    {
        using var scope = NewDisposeScope();
        var (scaled, _) = Scale(shrunk);
        var weights = scaled.pow_(p);
        var share = (magnitudes - shrunk) / magnitudes.clamp(min: double.Epsilon);
        var slopes = share / ((share * (p - 2)) + 1);
        return ((weights * slopes).sum(1, keepdim: true) / weights.sum(1, keepdim: true)).neg_().MoveToOuterDisposeScope();
    }

    private static (Tensor Scaled, Tensor Largest) Scale(Tensor perturbations)
    {
        var magnitudes = perturbations.flatten(1).abs();
        var largest = magnitudes.amax([1], keepdim: true);
        largest.masked_fill_(largest.eq(0), 1);
        return (magnitudes / largest, largest.squeeze(1));
    }
}
