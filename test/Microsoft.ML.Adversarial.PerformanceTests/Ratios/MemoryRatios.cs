using System.Diagnostics;
using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.AdaptiveSteps;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm.CarliniWagner;
using Microsoft.ML.Adversarial.Norms;

namespace Microsoft.ML.Adversarial.PerformanceTests.Ratios;

/// <summary>The process's memory after ten times the steps. Native memory shows here only: tests count tensors.</summary>
internal static class MemoryRatios
{
    private const int Rows = 16;
    private const int Few = 1_000;
    private const int Many = 10_000;

    // Within a budget that breaks no row, so that all stay to the end.
    private const double Epsilon = 1e-4;

    private static readonly (string Name, Func<int, Attack> Create)[] Attacks =
    [
        ("PGD", steps => new ProjectedGradientDescent(Norm.LInfinity, Epsilon) { Steps = steps }),
        ("APGD", steps => new AutoProjectedGradientDescent(Norm.LInfinity, Epsilon) { Iterations = steps }),
        ("C&W L2", steps => new CarliniWagnerL2(Norm.L2, Epsilon) { Iterations = steps, BinarySearchSteps = 1, AbortEarly = false }),
    ];

    public static IEnumerable<Ratio> Measure() =>
        Subject.Golden(Rows).SelectMany(subject => Attacks.Select(attack => Measure(subject, attack.Name, attack.Create)));

    private static Ratio Measure(Subject subject, string name, Func<int, Attack> create)
    {
        var after = After(Few);
        return new($"Working set after {Many:N0} steps / after {Few:N0}, {name}, {subject.Name}", After(Many) / (double)after, 1.10);

        long After(int steps)
        {
            create(steps).Run(subject.Classifier, subject.Inputs, Goal.Misclassify(subject.Labels)).Dispose();
            using var process = Process.GetCurrentProcess();
            return process.WorkingSet64;
        }
    }
}
