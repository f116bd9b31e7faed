using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Fisher;
using TorchSharp;
using static TorchSharp.torch;

namespace FisherScores;

/// <summary>What central differences make of a network with kinks.</summary>
internal static class KinkTable
{
    private static readonly double[] s_steps = [1e-3, 1e-5, 1e-7];

    /// <summary>Prints how far differences are from derivatives, in float64, so that kinks show and not rounding.</summary>
    /// <param name="classifier">A network with ReLU and pooling.</param>
    /// <param name="images">A few rows.</param>
    public static void Print(NetworkClassifier classifier, IReadOnlyCollection<float[]> images)
    {
        using var scope = torch.NewDisposeScope();
        using var precise = new NetworkClassifier(classifier.Network!.ToType(ScalarType.Float64), classifier.Bounds);
        var rows = tensor(images.SelectMany(image => image).ToArray()).reshape([images.Count, .. classifier.InputShape]).to(float64);
        double[] derivatives = [.. new PerTensorFisherInformation(precise).QuadraticForm(rows).data<double>()];

        Console.WriteLine($"The quadratic form by differences on that network, {images.Count} clean rows: relative error against derivatives");
        Console.WriteLine();
        Console.WriteLine($"{"step",10}{"median",14}{"90 %",14}{"largest",14}");
        Console.WriteLine(new string('─', 52));
        foreach (var step in s_steps)
        {
            double[] differences = [.. new PublishedFisherInformation(precise, step).QuadraticForm(rows).data<double>()];
            double[] errors = [.. differences.Zip(derivatives, (one, other) => Math.Abs(one - other) / other).Order()];
            Console.WriteLine($"{step,10:0e-0}{errors[errors.Length / 2],14:0.0e+0}{errors[errors.Length * 9 / 10],14:0.0e+0}{errors[^1],14:0.0e+0}");
        }
    }
}
