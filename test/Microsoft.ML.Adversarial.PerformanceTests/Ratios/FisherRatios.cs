using Microsoft.ML.Adversarial.Detectors;

namespace Microsoft.ML.Adversarial.PerformanceTests.Ratios;

/// <summary>Fisher-information scores of a batch over one forward and backward pass with respect to the parameters.</summary>
internal static class FisherRatios
{
    private const int Turns = 40;

    public static IEnumerable<Ratio> Measure()
    {
        var golden = Subject.Golden().ToArray();
        yield return Measure(golden[0], 2.2);
        yield return Measure(golden[1], 7);
        yield return Measure(Subject.LargeConvNet(), 7);
    }

    private static Ratio Measure(Subject subject, double limit)
    {
        var trace = new FisherTrace(subject.Classifier);
        var value = Pairing.Measure(() => trace.Score(subject.Inputs).Dispose(), subject.ParameterPass, Turns);
        return new($"Fisher trace / forward+backward(θ), {subject.Name}", value, limit);
    }
}
