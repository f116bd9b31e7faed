using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Fisher;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>A detector under test.</summary>
/// <param name="Name">Shown in test results.</param>
/// <param name="Create">The detector on a network.</param>
internal sealed record DetectorCase(string Name, Func<NetworkClassifier, IFittedDetector> Create)
{
    public override string ToString() => Name;
}

/// <summary>Every detector of the library. To add one: a line here, and it inherits <see cref="DetectorContract"/>.</summary>
internal static class DetectorTable
{
    public static readonly IReadOnlyList<DetectorCase> All =
    [
        new("Fisher trace", classifier => new FisherTrace(classifier)),
        new("Fisher trace, lower bound", classifier => new FisherTrace(classifier, FisherTraceMethod.LowerBound(3))),
        new("Fisher trace, estimate", classifier => new FisherTrace(classifier, FisherTraceMethod.Estimate(2, seed: 1))),
        new("Fisher quadratic form", classifier => new FisherQuadraticForm(classifier)),
        new("normalised Fisher quadratic form", classifier => new FisherQuadraticForm(classifier) { Normalised = true }),
        new("Fisher quadratic form, random", classifier => new FisherQuadraticForm(classifier, FisherDirection.Random(1))),
        new("Fisher sensitivity", classifier => new FisherSensitivity(classifier)),
        new("Fisher top eigenvalue", classifier => new FisherTopEigenvalue(classifier)),
    ];

    public static IEnumerable<object[]> Rows => All.Select(one => new object[] { one });
}
