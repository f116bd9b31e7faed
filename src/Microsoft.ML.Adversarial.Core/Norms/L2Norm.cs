using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Norms;

internal sealed class L2Norm : Norm
{
    public override double Order => 2;

    public override Tensor Measure(Tensor perturbations)
    {
        if (PlainCells.Have(perturbations))
        {
            return MeasureInMemory(perturbations);
        }

        using var scope = NewDisposeScope();
        var largest = Largest(perturbations);
        return ((perturbations / PerRow(largest, perturbations)).flatten(1).square().sum(1).sqrt() * largest).MoveToOuterDisposeScope();
    }

    public override Tensor Project(Tensor perturbations, double epsilon)
    {
        RequireRadius(epsilon);
        using var scope = NewDisposeScope();
        var shrink = (epsilon / Measure(perturbations)).clamp_(max: 1);
        return (perturbations * PerRow(shrink.nan_to_num(1), perturbations)).MoveToOuterDisposeScope();
    }

    public override Tensor SteepestDirection(Tensor gradients)
    {
        using var scope = NewDisposeScope();
        var scaled = gradients / PerRow(Largest(gradients), gradients);
        var length = scaled.flatten(1).square().sum(1).sqrt().clamp_(min: 1);
        return (scaled / PerRow(length, gradients)).MoveToOuterDisposeScope();
    }

    // A normal direction scaled to length ε·U^(1/D) is uniform in the ball.
    internal override Tensor Sample(Tensor like, double epsilon, RowRandom random)
    {
        using var scope = NewDisposeScope();
        var direction = SteepestDirection(random.Normal(like));
        return (direction * PerRow(RandomRadius(like, epsilon, random), like)).MoveToOuterDisposeScope();
    }

    // One pass in double precision, where no square underflows; as tensor operations it takes a third of a small network's gradient.
    private static Tensor MeasureInMemory(Tensor perturbations)
    {
        var lengths = new float[perturbations.shape[0]];
        var cells = PlainCells.Of(perturbations);
        var features = cells.Length / Math.Max(1, lengths.Length);
        for (var row = 0; row < lengths.Length; row++)
        {
            var values = cells.Slice(row * features, features);
            var blocks = MemoryMarshal.Cast<float, Vector512<float>>(values);
            var (sum, sumOfUpper) = (Vector512<double>.Zero, Vector512<double>.Zero);
            foreach (var block in blocks)
            {
                var (lower, upper) = Vector512.Widen(block);
                sum += lower * lower;
                sumOfUpper += upper * upper;
            }

            var rest = 0.0;
            foreach (var value in values[(blocks.Length * Vector512<float>.Count)..])
            {
                rest += (double)value * value;
            }

            lengths[row] = (float)Math.Sqrt(Vector512.Sum(sum + sumOfUpper) + rest);
        }

        return tensor(lengths);
    }

    // Squares of small gradients underflow in float32: divide by the largest component first. Rows of zeros are divided by 1.
    private static Tensor Largest(Tensor rows)
    {
        using var scope = NewDisposeScope();
        var largest = rows.flatten(1).abs().amax(1);
        return largest.masked_fill_(largest.eq(0), 1).MoveToOuterDisposeScope();
    }
}
