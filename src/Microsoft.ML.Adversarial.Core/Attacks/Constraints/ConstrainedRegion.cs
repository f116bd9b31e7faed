using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Constraints;

/// <summary>
/// The inputs that an attack may return under constraints. On the way only frozen features and budgets of features bind: steps smaller than the
/// distance of two valid values would otherwise never leave the first.
/// </summary>
/// <param name="norm">Measures in the units of each feature's budget.</param>
/// <param name="valid">Which inputs are valid.</param>
/// <param name="ball">The budget and the bounds.</param>
/// <param name="originals">Shape [N, …].</param>
/// <param name="epsilon">The budget; may be infinite.</param>
internal sealed class ConstrainedRegion(Norm norm, ValidInputs valid, PerturbationRegion ball, Tensor originals, double epsilon)
    : PerturbationRegion(norm)
{
    private readonly Norm _norm = norm;

    public override void Project_(Tensor inputs)
    {
        ball.Project_(inputs);
        valid.Freeze_(inputs, originals);
    }

    public override void Clip_(Tensor inputs)
    {
        ball.Clip_(inputs);
        valid.Freeze_(inputs, originals);
    }

    public override void Conform_(Tensor inputs)
    {
        Clip_(inputs);
        valid.Conform_(inputs, originals, _norm, epsilon);
    }
}
