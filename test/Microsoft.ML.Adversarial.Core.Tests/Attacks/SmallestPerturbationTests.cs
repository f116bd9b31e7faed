using System.Globalization;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm.AdaptiveBoundary;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm.CarliniWagner;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm.ElasticNet;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks;

/// <summary>Attacks that look for the smallest perturbation against the sizes that the authors' own algorithms reach.</summary>
[TestClass]
public sealed class SmallestPerturbationTests
{
    private const int Rows = 256;

    public static IEnumerable<object[]> Attacks =>
    [
        ["foolbox/L2DeepFool_50_c10_0.02", new DeepFool(Norm.L2, double.PositiveInfinity)],
        ["foolbox/LinfDeepFool_50_c10_0.02", new DeepFool(Norm.LInfinity, double.PositiveInfinity)],
        ["foolbox/DDN_100", new DecoupledDirectionAndNorm()],
        ["foolbox/DDN_100_T", new DecoupledDirectionAndNorm()],
        ["foolbox/DDN_100", new FastMinimumNorm(Norm.L2, double.PositiveInfinity)],
        ["foolbox/DDN_100_T", new FastMinimumNorm(Norm.L2, double.PositiveInfinity)],
        ["foolbox/LinfDeepFool_50_c10_0.02", new FastMinimumNorm(Norm.LInfinity, double.PositiveInfinity)],
        ["original/EAD_L1_b0.01", new FastMinimumNorm(Norm.L1, double.PositiveInfinity)],
        ["original/EAD_L1_b0.01_T", new FastMinimumNorm(Norm.L1, double.PositiveInfinity)],
        ["advertorch/JSMA_th1_g0.1_T", new FastMinimumNorm(Norm.L0, double.PositiveInfinity)],
        ["advertorch/JSMA_th1_g0.1_T", new SigmaZero { Steps = 200 }],
        ["foolbox/LinfDeepFool_50_c10_0.02", new FastAdaptiveBoundary(Norm.LInfinity, double.PositiveInfinity)],
        ["foolbox/L2DeepFool_50_c10_0.02", new FastAdaptiveBoundary(Norm.L2, double.PositiveInfinity)],
        ["foolbox/DDN_100", new FastAdaptiveBoundary(Norm.L2, double.PositiveInfinity) { Restarts = 5 }],
        ["original/CWL2_9x100_lr0.1_T", new FastAdaptiveBoundary(Norm.L2, double.PositiveInfinity)],
        ["original/EAD_L1_b0.01", new FastAdaptiveBoundary(Norm.L1, double.PositiveInfinity)],
        ["original/EAD_L1_b0.01_T", new FastAdaptiveBoundary(Norm.L1, double.PositiveInfinity)],
        ["foolbox/LinfDeepFool_50_c10_0.02", new TargetedFastAdaptiveBoundary(Norm.LInfinity, double.PositiveInfinity)],
        ["foolbox/DDN_100", new TargetedFastAdaptiveBoundary(Norm.L2, double.PositiveInfinity)],
        ["original/EAD_L1_b0.01", new TargetedFastAdaptiveBoundary(Norm.L1, double.PositiveInfinity)],
        ["original/CWL2_9x100_lr0.1", new CarliniWagnerL2 { Iterations = 100, LearningRate = 0.1 }],
        ["original/CWL2_9x100_lr0.1_T", new CarliniWagnerL2 { Iterations = 100, LearningRate = 0.1 }],
        ["original/EAD_EN_b0.001", ElasticNet(DecisionRule.ElasticNet, 0.001)],
        ["original/EAD_EN_b0.001_T", ElasticNet(DecisionRule.ElasticNet, 0.001)],
        ["original/EAD_EN_b0.01", ElasticNet(DecisionRule.ElasticNet, 0.01)],
        ["original/EAD_EN_b0.01_T", ElasticNet(DecisionRule.ElasticNet, 0.01)],
        ["original/EAD_L1_b0.001", ElasticNet(DecisionRule.L1, 0.001)],
        ["original/EAD_L1_b0.001_T", ElasticNet(DecisionRule.L1, 0.001)],
        ["original/EAD_L1_b0.01", ElasticNet(DecisionRule.L1, 0.01)],
        ["original/EAD_L1_b0.01_T", ElasticNet(DecisionRule.L1, 0.01)],
    ];

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void SizesAreNoLargerThanTheAuthors(string statistics, Attack attack)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(Golden.Network("mlp"), InputBounds.Unit);
        bool targeted = statistics.EndsWith("_T", StringComparison.Ordinal);
        Tensor images = Mnist.Images(Rows);
        Tensor labels = Mnist.Labels(Rows);
        string[] expected = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "golden", "mlp_attack_statistics.csv"))
            .Select(line => line.Split(',')).Single(fields => fields[1] == statistics);
        double Number(int column) => double.Parse(expected[column], CultureInfo.InvariantCulture);

        using AttackResult result = attack.Run(
            classifier, images, targeted ? Goal.MisclassifyAs((labels + 1).remainder(10)) : Goal.Misclassify(labels));

        Tensor counted = targeted ? result.Succeeded : result.Succeeded.logical_and(result.SucceededBefore.logical_not());
        double success = result.Succeeded.to(ScalarType.Float64).mean().item<double>();
        double size = result.Size.index_select(0, counted.nonzero().flatten()).to(ScalarType.Float64).mean().item<double>();
        double known = Number(attack.ThreatModel.Norm.Order switch { 0 => 5, 1 => 6, 2 => 7, _ => 8 });
        Assert.IsGreaterThanOrEqualTo(Number(4), success, "success");
        Assert.IsLessThanOrEqualTo(known * 1.001, size, "mean size");
    }

    private static ElasticNetAttack ElasticNet(DecisionRule rule, double beta) => new() { Iterations = 100, DecisionRule = rule, Beta = beta };
}
