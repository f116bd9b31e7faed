using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Norms;

namespace Microsoft.ML.Adversarial.PerformanceTests.Ratios;

/// <summary>Attacks over as many plain passes as they take gradients.</summary>
internal static class AttackRatios
{
    private const int Turns = 11;

    public static IEnumerable<Ratio> Measure()
    {
        foreach (var subject in Subject.Golden())
        {
            yield return Measure(subject, "PGD-40", new ProjectedGradientDescent(Norm.LInfinity, 0.1), steps: 40, limit: 1.10);
            yield return Measure(subject, "MI-FGSM-10", new MomentumIterativeMethod(Norm.LInfinity, 0.1), steps: 10, limit: 1.25);
        }
    }

    private static Ratio Measure(Subject subject, string name, Attack attack, int steps, double limit)
    {
        var goal = Goal.Misclassify(subject.Labels);
        var value = Pairing.Measure(
            () => attack.Run(subject.Classifier, subject.Inputs, goal).Dispose(),
            () =>
            {
                for (var step = 0; step < steps; step++)
                {
                    subject.InputPass();
                }
            },
            Turns);
        return new($"{name} / {steps} forward+backward(x), {subject.Name}", value, limit);
    }
}
