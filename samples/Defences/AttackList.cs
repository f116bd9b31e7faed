using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.Cascades;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm.CarliniWagner;
using Microsoft.ML.Adversarial.Attacks.Saliency;
using Microsoft.ML.Adversarial.Norms;

namespace Defences;

/// <summary>The attacks of the table.</summary>
internal static class AttackList
{
    private static readonly double[] Epsilons = [0.1, 0.2, 0.3];

    /// <summary>Attacks within a budget, and on how many test rows.</summary>
    public static IEnumerable<(string Name, Attack Attack, int Rows)> WithinBudgets(Settings settings) =>
    [
        .. Epsilons.Select(epsilon => ($"FGSM {epsilon}", (Attack)new FastGradientMethod(Norm.LInfinity, epsilon), settings.TestRows)),
        .. Epsilons.Select(epsilon => ($"PGD-40 {epsilon}", (Attack)new ProjectedGradientDescent(Norm.LInfinity, epsilon), settings.TestRows)),
        .. Epsilons.Select(epsilon => ($"AutoAttack {epsilon}", (Attack)AutoAttack.Standard(Norm.LInfinity, epsilon), settings.AutoAttackRows)),
    ];

    /// <summary>Attacks that look for the smallest perturbation. JSMA is targeted, and may change 14.5 % of the pixels, as in its paper.</summary>
    public static IEnumerable<(string Name, Attack Attack, bool IsTargeted)> Smallest { get; } =
    [
        ("JSMA as published", new JacobianSaliencyMapAttack { Source = SaliencySource.SinglePrecisionSoftmax }, true),
        ("JSMA", new JacobianSaliencyMapAttack { Source = SaliencySource.Logits }, true),
        ("C&W L2", new CarliniWagnerL2 { Iterations = 300, LearningRate = 0.1, BinarySearchSteps = 5, InitialConstant = 0.1 }, false),
    ];
}
