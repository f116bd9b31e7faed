using Microsoft.ML.Adversarial.InformationGeometry;
using TorchSharp;
using static TorchSharp.torch;

namespace KullbackLeibler;

/// <summary>How far the Fisher information estimated from samples is from the exact one.</summary>
internal static class EmpiricalTable
{
    public static void Print(MultivariateNormal normal, IEnumerable<int> counts, Generator generator)
    {
        Console.WriteLine();
        Console.WriteLine($"Fisher information of a normal in {normal.Dimension} dimensions from its samples: relative error");
        Console.WriteLine();
        Console.WriteLine($"{"samples",10}{"average of outer products",28}{"outer product of the sum",28}");
        Console.WriteLine(new string('─', 66));
        foreach (var count in counts)
        {
            using var scope = torch.NewDisposeScope();
            var exact = normal.FisherInformation();
            var scores = normal.Score(normal.Sample(count, generator));
            var sum = scores.sum(dim: 0);
            var average = Error(EmpiricalFisher.Information(scores));
            var summed = Error(sum.outer(sum) / count);
            Console.WriteLine($"{count,10:N0}{average,28:P2}{summed,28:P2}");

            double Error(Tensor estimate) => ((estimate - exact).norm() / exact.norm()).item<double>();
        }
    }
}
