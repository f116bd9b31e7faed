using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Norms;

/// <summary>Lp for a finite p above 1 other than 2.</summary>
internal sealed class LpNorm(double p) : Norm
{
    // Bisection halves the interval of the multiplier, then of each component: 60 halvings exhaust float64.
    private const int Halvings = 60;

    public override double Order => p;

    public override Tensor Measure(Tensor perturbations)
    {
        using var scope = NewDisposeScope();
        var (scaled, largest) = Scale(perturbations);
        return (scaled.pow(p).sum(1).pow(1 / p) * largest).MoveToOuterDisposeScope();
    }

    // The nearest point v of u solves v + λ p v^(p−1) = |u| componentwise, with λ ≥ 0 such that ‖v‖_p = ε.
    public override Tensor Project(Tensor perturbations, double epsilon)
    {
        RequireRadius(epsilon);
        using var scope = NewDisposeScope();
        var rows = perturbations.flatten(1).to(ScalarType.Float64);
        var magnitudes = rows.abs();
        var outside = Measure(rows).greater(epsilon).unsqueeze(1);
        if (epsilon == 0 || !outside.any().item<bool>())
        {
            return (epsilon == 0 ? zeros_like(perturbations) : perturbations.clone()).MoveToOuterDisposeScope();
        }

        var logLow = full_like(outside, -100.0, ScalarType.Float64);
        var logHigh = full_like(outside, 100.0, ScalarType.Float64);
        for (var halving = 0; halving < Halvings; halving++)
        {
            using var step = NewDisposeScope();
            var middle = (logLow + logHigh) / 2;
            var tooLong = Measure(Shrink(magnitudes, middle.exp())).greater(epsilon).unsqueeze(1);
            logLow.copy_(where(tooLong, middle, logLow));
            logHigh.copy_(where(tooLong, logHigh, middle));
        }

        var shrunk = Shrink(magnitudes, logHigh.exp()) * rows.sign();
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
        using var perRow = like.new_empty(like.shape[0], 1);
        var features = like.numel() / like.shape[0];
        var radius = random.Uniform(perRow, 0, 1).flatten().pow(1.0 / features) * epsilon / Measure(direction);
        return (direction * PerRow(radius, like)).MoveToOuterDisposeScope();
    }

    // Bisection of v + λ p v^(p−1) = u in [0, u]: the left side grows with v, so it always succeeds.
    private Tensor Shrink(Tensor magnitudes, Tensor multiplier)
    {
        using var scope = NewDisposeScope();
        var low = zeros_like(magnitudes);
        var high = magnitudes.clone();
        for (var halving = 0; halving < Halvings; halving++)
        {
            using var step = NewDisposeScope();
            var middle = (low + high) / 2;
            var tooLarge = (middle + (multiplier * p * middle.pow(p - 1))).greater(magnitudes);
            high.copy_(where(tooLarge, middle, high));
            low.copy_(where(tooLarge, low, middle));
        }

        return low.MoveToOuterDisposeScope();
    }

    private static (Tensor Scaled, Tensor Largest) Scale(Tensor perturbations)
    {
        var magnitudes = perturbations.flatten(1).abs();
        var largest = magnitudes.amax([1], keepdim: true);
        largest.masked_fill_(largest.eq(0), 1);
        return (magnitudes / largest, largest.squeeze(1));
    }
}
