using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Norms;

internal sealed class L0Norm : Norm
{
    public override double Order => 0;

    public override Tensor Measure(Tensor perturbations)
    {
        using var changed = perturbations.flatten(1).ne(0);
        return changed.sum(1, type: perturbations.dtype);
    }

    // The nearest point with at most ε changes keeps the ε largest ones.
    public override Tensor Project(Tensor perturbations, double epsilon)
    {
        RequireRadius(epsilon);
        using var scope = NewDisposeScope();
        var rows = perturbations.flatten(1);
        var count = (int)Math.Min(Math.Floor(epsilon), rows.shape[1]);
        if (count == rows.shape[1])
        {
            return perturbations.clone().MoveToOuterDisposeScope();
        }

        var (_, largest) = rows.abs().topk(Math.Max(count, 1), 1);
        var kept = zeros_like(rows).scatter_(1, largest, rows.gather(1, largest));
        return (count == 0 ? kept.zero_() : kept).reshape(perturbations.shape).MoveToOuterDisposeScope();
    }

    // One change of size 1 gains most where the gradient is largest, as for L1.
    public override Tensor SteepestDirection(Tensor gradients) => L1.SteepestDirection(gradients);

    // Which features change is random, and so is each change, up to 1 in either direction.
    internal override Tensor Sample(Tensor like, double epsilon, RowRandom random)
    {
        using var scope = NewDisposeScope();
        var order = random.Uniform(like, 0, 1);
        var changes = random.Uniform(like, -1, 1);
        var kept = Project(order + 1, epsilon).ne(0);
        return (changes * kept).MoveToOuterDisposeScope();
    }
}
