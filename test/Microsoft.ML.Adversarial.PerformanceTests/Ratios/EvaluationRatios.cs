using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.Cascades;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.Norms;

namespace Microsoft.ML.Adversarial.PerformanceTests.Ratios;

/// <summary>An evaluation over the attack that it runs.</summary>
internal static class EvaluationRatios
{
    private const int Rows = 1000;
    private const int Turns = 8;

    public static IEnumerable<Ratio> Measure()
    {
        var subject = Subject.Golden(Rows).First();
        foreach (var (name, probeRows) in new[] { ("", 0), (" with diagnostics", new RobustnessOptions().ProbeRows) })
        {
            yield return new($"AutoAttack through an evaluation{name} / directly, {subject.Name}", Measure(subject, probeRows), 1.05);
        }
    }

    private static double Measure(Subject subject, int probeRows) => Pairing.Measure(
        () => RobustnessEvaluation.Run(
            subject.Classifier, classes: null, EvaluationBatch.Of(subject.Inputs, subject.Labels, Rows), AttackSuite.Standard(Norm.LInfinity, 0.1),
            new() { BatchSize = Rows, ProbeRows = probeRows }),
        () =>
        {
            using var direct = AutoAttack.Standard(Norm.LInfinity, 0.1).Evaluate(subject.Classifier, subject.Inputs, Goal.Misclassify(subject.Labels));
        },
        Turns);
}
