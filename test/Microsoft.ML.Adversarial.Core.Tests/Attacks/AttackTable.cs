using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm;
using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.Norms;

namespace Microsoft.ML.Adversarial.Attacks;

/// <summary>An attack under test.</summary>
/// <param name="Name">Shown in test results.</param>
/// <param name="Epsilon">A budget that matters on inputs in [0, 1].</param>
/// <param name="IsRandom">Whether results depend on the seed.</param>
/// <param name="Create">The attack with a budget.</param>
internal sealed record AttackCase(string Name, double Epsilon, bool IsRandom, Func<double, Attack> Create)
{
    /// <summary>Whether rows that reach the goal unperturbed, and those that never do, come back as they were.</summary>
    public bool LeavesReachedRows => Attack is MinimumNormAttack;

    public Attack Attack => Create(Epsilon);

    public override string ToString() => Name;
}

/// <summary>Every attack of the library. To add one: a line here, and it inherits <see cref="AttackContract"/>.</summary>
internal static class AttackTable
{
    private static readonly Norm L15 = Norm.Lp(1.5);

    public static readonly IReadOnlyList<AttackCase> All =
    [
        new("FGSM", 0.1, false, epsilon => new FastGradientMethod(Norm.LInfinity, epsilon)),
        new("FGM L2", 0.8, false, epsilon => new FastGradientMethod(Norm.L2, epsilon)),
        new("FGM L1", 2, false, epsilon => new FastGradientMethod(Norm.L1, epsilon)),
        new("FGM L1.5", 1.2, false, epsilon => new FastGradientMethod(L15, epsilon)),
        new("BIM", 0.1, false, epsilon => new BasicIterativeMethod(Norm.LInfinity, epsilon)),
        new("BIM L2", 0.8, false, epsilon => new BasicIterativeMethod(Norm.L2, epsilon)),
        new("PGD", 0.1, true, epsilon => new ProjectedGradientDescent(Norm.LInfinity, epsilon)),
        new("PGD L2", 0.8, true, epsilon => new ProjectedGradientDescent(Norm.L2, epsilon)),
        new("PGD L1", 2, true, epsilon => new ProjectedGradientDescent(Norm.L1, epsilon)),
        new("PGD L0", 3, true, epsilon => new ProjectedGradientDescent(Norm.L0, epsilon) { Steps = 5 }),
        new("PGD L3", 0.3, true, epsilon => new ProjectedGradientDescent(Norm.Lp(3), epsilon) { Steps = 5 }),
        new("PGD L1.5", 1.2, true, epsilon => new ProjectedGradientDescent(L15, epsilon) { Steps = 5 }),
        new("PGD from the input", 0.1, false, epsilon => new ProjectedGradientDescent(Norm.LInfinity, epsilon) { RandomStart = false }),
        new("PGD with step size", 0.1, true, epsilon =>
            new ProjectedGradientDescent(Norm.LInfinity, epsilon) { StepSize = 0.07, Steps = 3 }),
        new("PGD with restarts", 0.02, true, epsilon => new ProjectedGradientDescent(Norm.LInfinity, epsilon) { Steps = 5, Restarts = 3 }),
        new("PGD L2 with restarts", 0.1, true, epsilon => new ProjectedGradientDescent(Norm.L2, epsilon) { Steps = 5, Restarts = 3 }),
        new("PGD on the margin", 0.1, true, epsilon =>
            new ProjectedGradientDescent(Norm.LInfinity, epsilon) { Objective = AttackObjective.LogitMargin }),
        new("MI-FGSM", 0.1, false, epsilon => new MomentumIterativeMethod(Norm.LInfinity, epsilon)),
        new("DeepFool", 3, false, epsilon => new DeepFool(Norm.L2, epsilon)),
        new("DeepFool L∞", 1, false, epsilon => new DeepFool(Norm.LInfinity, epsilon)),
        new("MI-FGSM L2", 0.8, false, epsilon => new MomentumIterativeMethod(Norm.L2, epsilon) { Decay = 0.5 }),
    ];

    public static IEnumerable<object[]> Rows => All.Select(one => new object[] { one });
}
