using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm.CarliniWagner;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm.ElasticNet;
using Microsoft.ML.Adversarial.Attacks.Saliency;
using Microsoft.ML.Adversarial.Norms;

namespace Detection;

/// <summary>The attacks of the table, one a line.</summary>
internal static class AttackList
{
    public static IReadOnlyList<(string Name, Attack Attack)> All { get; } =
    [
        ("FGSM 0.1", new FastGradientMethod(Norm.LInfinity, 0.1)),
        ("FGSM 0.3", new FastGradientMethod(Norm.LInfinity, 0.3)),
        ("BIM 0.1", new BasicIterativeMethod(Norm.LInfinity, 0.1)),
        ("MI-FGSM 0.1", new MomentumIterativeMethod(Norm.LInfinity, 0.1)),
        ("MI-FGSM 0.3", new MomentumIterativeMethod(Norm.LInfinity, 0.3)),
        ("PGD 0.1", new ProjectedGradientDescent(Norm.LInfinity, 0.1)),
        ("PGD 0.3", new ProjectedGradientDescent(Norm.LInfinity, 0.3)),
        ("PGD L2 1.5", new ProjectedGradientDescent(Norm.L2, 1.5)),
        ("DeepFool L2", new DeepFool(Norm.L2, double.PositiveInfinity)),
        ("C&W L2", new CarliniWagnerL2 { Iterations = 100, LearningRate = 0.1, BinarySearchSteps = 5, InitialConstant = 0.1 }),
        ("EAD", new ElasticNetAttack { Iterations = 100, BinarySearchSteps = 5, InitialConstant = 0.1 }),
        ("JSMA 30", new JacobianSaliencyMapAttack(Norm.L0, 30)),
    ];
}
