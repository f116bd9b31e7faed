using Microsoft.ML.Adversarial.Classifiers;

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
    ];

    public static IEnumerable<object[]> Rows => All.Select(one => new object[] { one });
}
