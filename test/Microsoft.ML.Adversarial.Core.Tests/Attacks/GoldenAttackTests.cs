using System.Globalization;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks;

/// <summary>The attacks that torchattacks, foolbox, cleverhans and ART agree on, with PyTorch's bits and success rates.</summary>
[TestClass]
public sealed class GoldenAttackTests
{
    private const int Rows = 256;

    public static IEnumerable<object[]> Attacks =>
    [
        ["fgsm_linf_0.1", "torchattacks/FGSM_eps0.1", new FastGradientMethod(Norm.LInfinity, 0.1)],
        ["fgsm_linf_0.3", "torchattacks/FGSM_eps0.3", new FastGradientMethod(Norm.LInfinity, 0.3)],
        ["fgsm_linf_0.3_targeted", "torchattacks/FGSM_eps0.3_T", new FastGradientMethod(Norm.LInfinity, 0.3)],
        ["pgd_linf_0.3_step0.01_40", "torchattacks/PGD_eps0.3_a0.01_40", ProjectedGradientDescent(Norm.LInfinity, 0.3, 0.01)],
        ["pgd_linf_0.3_step0.01_40_targeted", "torchattacks/PGD_eps0.3_a0.01_40_T", ProjectedGradientDescent(Norm.LInfinity, 0.3, 0.01)],
        ["pgd_linf_0.1_step0.01_40", "torchattacks/PGD_eps0.1_a0.01_40", ProjectedGradientDescent(Norm.LInfinity, 0.1, 0.01)],
        ["bim_linf_0.3_step0.03_10", "torchattacks/BIM_eps0.3_a0.03_10", new BasicIterativeMethod(Norm.LInfinity, 0.3) { StepSize = 0.03 }],
        [
            "mifgsm_linf_0.3_step0.03_10_mu1", "torchattacks/MIFGSM_eps0.3_a0.03_10_mu1",
            new MomentumIterativeMethod(Norm.LInfinity, 0.3) { StepSize = 0.03 },
        ],
    ];

    public static IEnumerable<object[]> StatisticsOnly =>
    [
        ["torchattacks/BIM_eps0.3_a0.03_10_T", new BasicIterativeMethod(Norm.LInfinity, 0.3) { StepSize = 0.03 }],
        ["torchattacks/MIFGSM_eps0.3_a0.03_10_mu1_T", new MomentumIterativeMethod(Norm.LInfinity, 0.3) { StepSize = 0.03 }],
        ["torchattacks/PGDL2_eps1.5_a0.1_40", ProjectedGradientDescent(Norm.L2, 1.5, 0.1)],
        ["torchattacks/PGDL2_eps1.5_a0.1_40_T", ProjectedGradientDescent(Norm.L2, 1.5, 0.1)],
        ["torchattacks/PGD_eps0.1_a0.01_40_T", ProjectedGradientDescent(Norm.LInfinity, 0.1, 0.01)],
    ];

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void AdversarialInputsHavePyTorchsBits(string golden, string statistics, Attack attack)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using Tensor expected = Golden.Tensors("mlp_attacks")[golden];

        Tensor actual = Run(attack, golden.EndsWith("_targeted"), statistics).narrow(0, 0, expected.shape[0]).flatten(1);

        // Where a processor rounds the network's sums otherwise, signs of gradients at 0 flip: there, all but a few pixels are the same.
        double same = (expected - actual).abs().less(1e-6).to(ScalarType.Float64).mean().item<double>();
        Assert.IsTrue(Golden.HasPyTorchsBits(Mnist.Images(Rows)) ? expected.eq(actual).all().item<bool>() : same > 0.98, $"{1 - same:P3} of pixels differ");
    }

    [TestMethod]
    [DynamicData(nameof(StatisticsOnly))]
    public void SuccessAndSizesAreThoseOfTheOtherLibraries(string statistics, Attack attack)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Run(attack, statistics.EndsWith("_T"), statistics);
    }

    private static ProjectedGradientDescent ProjectedGradientDescent(Norm norm, double epsilon, double stepSize) =>
        new(norm, epsilon) { StepSize = stepSize, RandomStart = false };

    private static Tensor Run(Attack attack, bool targeted, string statistics)
    {
        using NetworkClassifier classifier = new(Golden.Network("mlp"), InputBounds.Unit);
        Tensor images = Mnist.Images(Rows);
        Tensor labels = Mnist.Labels(Rows);
        Goal goal = targeted ? Goal.MisclassifyAs((labels + 1).remainder(10)) : Goal.Misclassify(labels);
        AttackResult result = attack.Run(classifier, images, goal);
        AssertStatistics(statistics, images, targeted, result);
        return result.Inputs;
    }

    // One row of 256 more or less is what rounding may do; sizes are means over rows that were right before and succeeded.
    private static void AssertStatistics(string name, Tensor images, bool targeted, AttackResult result)
    {
        string[] expected = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "golden", "mlp_attack_statistics.csv"))
            .Select(line => line.Split(',')).Single(fields => fields[1] == name);
        double Number(int column) => double.Parse(expected[column], CultureInfo.InvariantCulture);
        Tensor counted = targeted ? result.Succeeded : result.Succeeded.logical_and(result.SucceededBefore.logical_not());
        Tensor changes = (result.Inputs - images).index_select(0, counted.nonzero().flatten()).flatten(1);
        double Mean(Tensor perRow) => perRow.to(ScalarType.Float64).mean().item<double>();

        Assert.AreEqual(Number(4), Mean(result.Succeeded), 1.01 / Rows, "success");
        Assert.AreEqual(Number(5), Mean(changes.abs().greater(1e-6).sum(1)), 0.02 * Number(5), "L0");
        Assert.AreEqual(Number(6), Mean(Norm.L1.Measure(changes)), 0.02 * Number(6), "L1");
        Assert.AreEqual(Number(7), Mean(Norm.L2.Measure(changes)), 0.02 * Number(7), "L2");
        Assert.AreEqual(Number(8), Mean(Norm.LInfinity.Measure(changes)), 0.02 * Number(8), "L∞");
    }
}
