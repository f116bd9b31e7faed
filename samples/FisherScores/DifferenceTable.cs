using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Fisher;
using TorchSharp;
using static TorchSharp.torch;

namespace FisherScores;

/// <summary>What central differences make of a network with kinks.</summary>
internal static class DifferenceTable
{
    private const int Rows = 50;

    private static readonly double[] s_steps = [1e-3, 1e-5, 1e-7];

    /// <summary>Prints how far differences are from derivatives, in float64, so that hardly any of it is rounding.</summary>
    public static void Print(NetworkClassifier classifier, IEnumerable<RowGroup> groups)
    {
        using var precise = new NetworkClassifier(classifier.Network!.ToType(ScalarType.Float64), classifier.Bounds);
        Console.WriteLine($"The published differences on that network, {Rows} rows of each kind: relative error against derivatives");
        Console.WriteLine();
        Console.WriteLine($"{"",-8}{"",10}{"quadratic form",36}{"sensitivities",36}");
        Console.WriteLine($"{"",-8}{"step",10}{"median",12}{"90 %",12}{"largest",12}{"median",12}{"90 %",12}{"largest",12}");
        Console.WriteLine(new string('─', 90));
        foreach (var group in groups)
        {
            using var scope = torch.NewDisposeScope();
            float[][] images = [.. group.Rows.Take(Rows).Select(row => row.Features)];
            var rows = tensor(images.SelectMany(image => image).ToArray()).reshape([images.Length, .. classifier.InputShape]).to(float64);
            var derivatives = new PerTensorFisherInformation(precise);
            var (form, sensitivity) = (derivatives.QuadraticForm(rows), derivatives.Sensitivity(rows));
            foreach (var step in s_steps)
            {
                var differences = new PublishedFisherInformation(precise, step);
                var name = step == s_steps[0] ? group.Name : "";
                var ofForm = Errors(differences.QuadraticForm(rows), form);
                var ofSensitivity = Errors(differences.Sensitivity(rows), sensitivity);
                Console.WriteLine($"{name,-8}{step,10:0e-0}{ofForm}{ofSensitivity}");
            }
        }
    }

    private static string Errors(Tensor actual, Tensor expected)
    {
        double[] errors = [.. (Lengths(actual - expected) / Lengths(expected)).data<double>().Order()];
        return string.Concat(new[] { 0.5, 0.9, 1 }.Select(share => $"{errors[(int)(share * (errors.Length - 1))],12:0.0e+0}"));
    }

    private static Tensor Lengths(Tensor rows) => rows.reshape(rows.shape[0], -1).square().sum(1).sqrt();
}
