using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Fisher;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.PerformanceTests.Ratios;

/// <summary>Fisher-information scores of a batch over one forward and backward pass with respect to the parameters.</summary>
internal static class FisherRatios
{
    private const int Turns = 20;

    private const FisherQuantities OffTheGram = FisherQuantities.Trace | FisherQuantities.QuadraticForm | FisherQuantities.NormalisedQuadraticForm
        | FisherQuantities.TopEigenvalue;

    public static IEnumerable<Ratio> Measure()
    {
        var golden = Subject.Golden().ToArray();
        var subjects = new (Subject Subject, double Trace, double Gram, double Form, double Sensitivity)[]
        {
            (golden[0], 2.2, 2.0, 1.0, 18),
            (golden[1], 7, 5.0, 2.5, 16),
            (Subject.LargeConvNet(), 7, 6.4, 2.5, 16),
            (Subject.ResidualNet(), 8, 8, 4, 25),
        };
        foreach (var (subject, trace, gram, form, sensitivity) in subjects)
        {
            // Short times need more turns, and the just-in-time compiler some of them.
            var turns = subject == golden[0] ? 500 : Turns;
            var detector = new FisherTrace(subject.Classifier);
            yield return Over("Fisher trace", subject, () => detector.Score(subject.Inputs).Dispose(), trace, turns);
            yield return Over("All scores off the Gram matrix", subject, OffTheGram, gram, turns);
            yield return Over("Fisher quadratic form", subject, FisherQuantities.QuadraticForm, form, turns);
            yield return Over("Fisher sensitivity", subject, FisherQuantities.Sensitivity, sensitivity, turns: turns / 4);
        }

        foreach (var subject in new[] { Subject.ManyClasses(convolutional: false), Subject.ManyClasses(convolutional: true) })
        {
            var estimate = new FisherTrace(subject.Classifier, FisherTraceMethod.Estimate(classes: 4));
            yield return Over("Fisher trace estimate", subject, () => estimate.Score(subject.Inputs).Dispose(), 4, turns: 60);
            yield return new($"Relative deviation of that estimate, {subject.Name}", Deviation(subject), 0.06);
        }

        yield return Naive(golden[0]);
    }

    private static Ratio Over(string name, Subject subject, FisherQuantities quantities, double limit, int turns = Turns)
    {
        var information = new FisherInformation(subject.Classifier);
        return Over(name, subject, () => information.Compute(subject.Inputs, quantities).Dispose(), limit, turns);
    }

    private static Ratio Over(string name, Subject subject, Action scores, double limit, int turns = Turns) =>
        new($"{name} / forward+backward(θ), {subject.Name}", Pairing.Measure(scores, subject.ParameterPass, turns), limit);

    // Over seeds, root mean square over rows, against the exact trace.
    private static double Deviation(Subject subject)
    {
        using var scope = NewDisposeScope();
        const int Seeds = 16;
        var rows = subject.Inputs.narrow(0, 0, 16);
        var exact = new FisherTrace(subject.Classifier).Score(rows);
        var squares = Enumerable.Range(0, Seeds).Select(seed =>
        {
            var estimate = new FisherTrace(subject.Classifier, FisherTraceMethod.Estimate(4, seed: seed)).Score(rows);
            return ((estimate - exact) / exact).square();
        }).ToArray();
        return stack(squares, 0).mean().sqrt().item<float>();
    }

    // How often the exact trace of a batch fits into the time that the published algorithm takes.
    private static Ratio Naive(Subject subject)
    {
        const int Rows = 4;
        var trace = new FisherTrace(subject.Classifier);
        var value = Pairing.Measure(
            () => Enumerable.Range(0, Rows).Sum(row => PublishedTrace.OfRow(subject.Plain, subject.Inputs.narrow(0, row, 1))),
            () => trace.Score(subject.Inputs).Dispose(), turns: 5);
        return new($"Published algorithm / Fisher trace, per row, {subject.Name}", value * Subject.Rows / Rows, 300, IsFloor: true);
    }
}
