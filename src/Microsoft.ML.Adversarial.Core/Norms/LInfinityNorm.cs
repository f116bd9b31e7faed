using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Norms;

internal sealed class LInfinityNorm : Norm
{
    public override double Order => double.PositiveInfinity;

    public override Tensor Measure(Tensor perturbations)
    {
        using var absolute = perturbations.flatten(1).abs();
        return absolute.amax(1);
    }

    public override Tensor Project(Tensor perturbations, double epsilon)
    {
        RequireRadius(epsilon);
        return perturbations.clamp(-epsilon, epsilon);
    }

    public override Tensor SteepestDirection(Tensor gradients) => gradients.sign();

    internal override Tensor Sample(Tensor like, double epsilon, RowRandom random) => random.Uniform(like, -epsilon, epsilon);

    internal override PerturbationRegion Around(Tensor inputs, double epsilon, InputBounds bounds) =>
        double.IsPositiveInfinity(epsilon) ? new BoundsRegion(this, inputs, bounds) : new BoxRegion(this, inputs, epsilon, bounds);
}
