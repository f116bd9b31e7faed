using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Fisher;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Networks.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace FisherScores;

/// <summary>
/// The example that Martin &amp; Elster (2019, arXiv:1909.05527) published with their code: one random row through 15 → 4, tanh, 4 → 3, softmax.
/// </summary>
internal static class ArticleExample
{
    private const int Inputs = 15;

    /// <summary>Prints the scores; true where the differences agree with the derivatives, as they should on a smooth network.</summary>
    public static bool Print()
    {
        using var scope = torch.NewDisposeScope();
        using var generator = new Generator(1);

        // The network ends in logits: the softmax belongs to the classifier.
        var definition = new NetworkDefinition
        {
            InputShape = [Inputs], ClassCount = 3, Layers = [new LinearLayer(4), new TanhLayer(), new LinearLayer()],
        };
        using var single = Network.Create(definition, generator);
        using var classifier = new NetworkClassifier(single.ToType(ScalarType.Float64), InputBounds.Unbounded);
        var row = randn([1, Inputs], float64, generator: generator);

        using var exact = new FisherInformation(classifier).Compute(
            row,
            FisherQuantities.Trace | FisherQuantities.QuadraticForm | FisherQuantities.NormalisedQuadraticForm
                | FisherQuantities.TopEigenvalue | FisherQuantities.Sensitivity);
        var perTensor = new PerTensorFisherInformation(classifier);
        var published = new PublishedFisherInformation(classifier);

        var form = exact.QuadraticForm!.item<double>();
        var squaredLength = form / exact.NormalisedQuadraticForm!.item<double>();
        var blocks = perTensor.QuadraticForm(row).item<double>();
        var differences = published.QuadraticForm(row).item<double>();

        Console.WriteLine("One random row through Linear 15-4, tanh, Linear 4-3, softmax, with random weights");
        Console.WriteLine();
        Console.WriteLine($"{"",-24}{"exact",14}{"per tensor",14}{"differences",14}");
        Console.WriteLine(new string('─', 66));
        Console.WriteLine($"{"trace",-24}{exact.Trace!.item<double>(),14:F8}{"the same",14}{"",14}");
        Console.WriteLine($"{"top eigenvalue",-24}{exact.TopEigenvalue!.item<double>(),14:F8}");
        PrintRow("quadratic form", form, blocks, differences);
        PrintRow("quadratic form / ‖v‖²", form / squaredLength, blocks / squaredLength, differences / squaredLength);

        double[] of = [.. exact.Sensitivity!.data<double>()];
        double[] ofBlocks = [.. perTensor.Sensitivity(row).data<double>()];
        double[] ofDifferences = [.. published.Sensitivity(row).data<double>()];
        for (var i = 0; i < Inputs; i++)
            PrintRow($"sensitivity of x[{i}]", of[i], ofBlocks[i], ofDifferences[i]);

        Console.WriteLine();
        Console.WriteLine("""
            exact        F over all weights together, as the article defines it; all classes count.
            per tensor   The published code moves one weight tensor at a time and adds up: what the tensors do together is missing.
                         Its sensitivity knows two classes only, the predicted one and all others.
            differences  The published code as it is: the same by central differences with a step of 0.001. Here, where the network is
                         smooth, nothing is lost by that.
            """);

        var largest = ofBlocks.Max(Math.Abs);
        return Math.Abs(differences - blocks) < 1e-3 * blocks
            && of.Length == Inputs
            && ofBlocks.Zip(ofDifferences).All(pair => Math.Abs(pair.First - pair.Second) < 1e-3 * largest);
    }

    private static void PrintRow(string name, double exact, double perTensor, double differences) =>
        Console.WriteLine($"{name,-24}{exact,14:F8}{perTensor,14:F8}{differences,14:F8}");
}
