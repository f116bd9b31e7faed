// Move the parameters of a distribution by Δ and see what the Fisher information says about it: KL(p(θ + Δ) ‖ p(θ)) ≈ ½ΔᵀFΔ.

using System.Text;
using KullbackLeibler;
using Microsoft.ML.Adversarial.InformationGeometry;
using TorchSharp;

Console.OutputEncoding = Encoding.UTF8;
using var scope = torch.NewDisposeScope();
using var generator = new torch.Generator(1);

var normal = NormalFamilies.Univariate();
using var network = ConvolutionalFamily.Create(generator);
Family[] families =
[
    .. NormalFamilies.OfUnivariate("normal, d = 1", normal, generator),
    .. NormalFamilies.OfMultivariate("normal, d = 10", NormalFamilies.Multivariate(10, generator), generator),
    .. NormalFamilies.OfMultivariate("normal, d = 100", NormalFamilies.Multivariate(100, generator), generator),
    network.Family(generator),
];

var converges = RatioTable.Print(families);

var small = NormalFamilies.Multivariate(3, generator);
EmpiricalTable.Print(small, [100, 1_000, 10_000, 100_000], generator);

Console.WriteLine();
Console.WriteLine(converges ? "The ratio goes to 1 in every case." : "ERROR: the ratio does not go to 1 in every case.");
return converges ? 0 : 1;
