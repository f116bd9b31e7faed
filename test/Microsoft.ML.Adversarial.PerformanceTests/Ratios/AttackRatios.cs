using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.AdaptiveSteps;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm.AdaptiveBoundary;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm.CarliniWagner;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm.ElasticNet;
using Microsoft.ML.Adversarial.Norms;

namespace Microsoft.ML.Adversarial.PerformanceTests.Ratios;

/// <summary>Attacks over as many plain forward and backward passes, of as many rows each, as they take gradients.</summary>
internal static class AttackRatios
{
    private const int Rows = 256;
    private const int Turns = 11;

    private static readonly (string Name, Attack Attack, double Limit)[] Attacks =
    [
        ("PGD-40", new ProjectedGradientDescent(Norm.LInfinity, 0.1), 1.05),
        ("MI-FGSM-10", new MomentumIterativeMethod(Norm.LInfinity, 0.1), 1.10),
        ("DeepFool", new DeepFool(Norm.L2, double.PositiveInfinity), 1.2),
        ("C&W L2 9 × 100", new CarliniWagnerL2 { Iterations = 100, LearningRate = 0.1 }, 1.25),
        ("EAD 9 × 100", new ElasticNetAttack { Iterations = 100 }, 1.25),
        ("FAB-10", new FastAdaptiveBoundary(Norm.LInfinity, double.PositiveInfinity) { Steps = 10 }, 1.0),
        ("FAB-T-10", new TargetedFastAdaptiveBoundary(Norm.LInfinity, double.PositiveInfinity) { Steps = 10, TargetClasses = 2 }, 1.6),
        ("APGD-100", new AutoProjectedGradientDescent(Norm.LInfinity, 0.1), 1.15),
    ];

    public static IEnumerable<Ratio> Measure() =>
        Attacks.Select(one => Measure(Subject.Golden(Rows).First(), one.Name, one.Attack, one.Limit));

    private static Ratio Measure(Subject subject, string name, Attack attack, double limit)
    {
        var goal = Goal.Misclassify(subject.Labels);
        var log = new PassLog(subject);
        attack.Run(log, subject.Inputs, goal).Dispose();
        var value = Pairing.Measure(() => attack.Run(subject.Classifier, subject.Inputs, goal).Dispose(), log.Replay, Turns);
        return new($"{name} / its passes, {subject.Name}", value, limit);
    }
}
