using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Constraints;

/// <summary>
/// The inputs that an attack may return under constraints. On the way only frozen and one-way features and budgets of features bind: steps smaller
/// than the distance of two valid values would otherwise never leave the first.
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

    public override void Move_(Tensor inputs, Tensor gradient, double length)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        ball.Move_(inputs, valid.Open(gradient, inputs, originals), length);
    }

    public override void Move_(Tensor inputs, Tensor gradient, Tensor lengths)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        ball.Move_(inputs, valid.Open(gradient, inputs, originals), lengths);
    }

    public override void Project_(Tensor inputs)
    {
        // Before the ball: what does not count must not use up the budget of what does.
        valid.Restrict_(inputs, originals);
        ball.Project_(inputs);
        valid.Restrict_(inputs, originals);
    }

    public override void Clip_(Tensor inputs)
    {
        valid.Restrict_(inputs, originals);
        ball.Clip_(inputs);
        valid.Restrict_(inputs, originals);
    }

    public override void Conform_(Tensor inputs)
    {
        Clip_(inputs);
        valid.Conform_(inputs, originals, _norm, epsilon);
    }
}
