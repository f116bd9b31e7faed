using Microsoft.ML.Adversarial.Attacks.MinimumNorm.CarliniWagner;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.ScoreBased;

/// <summary>What score-based attacks reach on a trained network, and what that costs.</summary>
[TestClass]
public sealed class ScoreBasedStrengthTests
{
    public static IEnumerable<object[]> Attacks =>
    [
        [new NaturalEvolutionStrategies(Norm.LInfinity, 0.1), 64, 0.85],
        [new NaturalEvolutionStrategies(Norm.L2, 1.5), 64, 0.85],
        [new SimultaneousPerturbationStochasticApproximation(Norm.LInfinity, 0.1), 64, 0.9],
        [new SimultaneousPerturbationStochasticApproximation(Norm.L2, 1.5), 64, 0.85],
        [new SimpleBlackBoxAttack(Norm.LInfinity, 0.1), 64, 0.95],
        [new SimpleBlackBoxAttack(Norm.L2, 1.5) { Queries = 5000 }, 32, 0.85],
        [new SimpleBlackBoxAttack(Norm.L2, 1.5) { Queries = 3000, Basis = SearchBasis.DiscreteCosine, FrequencyShare = 0.5 }, 32, 0.7],
        [new OnePixelAttack(Norm.L0, 10) { Queries = 4000, PopulationSize = 100 }, 16, 0.1],
    ];

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void TheyBreakWhatNoiseOfTheSameSizeDoesNot(object attack, int rows, double expected)
    {
        ScoreBasedAttack one = (ScoreBasedAttack)attack;
        var (broken, asked) = Run(one, rows);
        var (byNoise, _) = Run(new Noise(one.ThreatModel.Norm, one.ThreatModel.Epsilon), rows);
        Assert.IsGreaterThan(expected * rows, broken);
        Assert.IsGreaterThan(byNoise + (0.05 * rows), broken);
        Assert.IsLessThan((double)one.Queries * rows, asked, "rows that are broken ask no more");
    }

    [TestMethod]
    [DataRow("Linf", 0.1)]
    [DataRow("L2", 1.5)]
    public void StepsThatHalveOnPlateausBreakMoreWithFewerQueries(string norm, double epsilon)
    {
        NaturalEvolutionStrategies halving = new(Norm.Parse(norm), epsilon);
        var (broken, asked) = Run(halving, 64);
        var (brokenByEqual, askedByEqual) = Run(halving with { PlateauLength = 0 }, 64);
        Assert.IsGreaterThan(brokenByEqual, broken);
        Assert.IsLessThan(0.9 * askedByEqual, asked);
    }

    [TestMethod]
    public void ZooFindsWhatGradientsFind()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier network = new(Golden.Network("mlp"), InputBounds.Unit);
        Tensor images = Mnist.Images(2);
        Goal goal = Goal.Misclassify(Mnist.Labels(2));
        AttackResult known = new CarliniWagnerL2 { Iterations = 100, LearningRate = 0.1 }.Run(network, images, goal);
        ZerothOrderOptimization attack = new() { Queries = 60_000, BinarySearchSteps = 3, InitialConstant = 0.3, LearningRate = 0.03 };
        AttackResult found = attack.Run(network, images, goal);
        Assert.IsTrue(found.Succeeded.all().item<bool>());
        Assert.IsLessThan(1.5 * known.Size.mean().item<float>(), found.Size.mean().item<float>());

        double budget = found.Size.mean().item<float>();
        AttackResult within = new ZerothOrderOptimization(Norm.L2, budget)
        {
            Queries = 60_000, BinarySearchSteps = 3, InitialConstant = 0.3, LearningRate = 0.03,
        }.Run(network, images, goal);
        Assert.IsTrue(within.Succeeded.eq(found.Size.less_equal(budget)).all().item<bool>(), "what is found within a budget is kept");
    }

    private static (long Broken, long Asked) Run(Attack attack, int rows)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier network = new(Golden.Network("mlp"), InputBounds.Unit);
        CountedPasses classifier = new(network);
        AttackResult result = attack.Run(classifier, Mnist.Images(rows), Goal.Misclassify(Mnist.Labels(rows)), null);
        return (result.Succeeded.sum().item<long>(), classifier.Rows);
    }

    private sealed record Noise(Norm Norm, double Epsilon) : Attack<IClassifier>(new ThreatModel(Norm, Epsilon))
    {
        protected override Tensor Perturb(AttackContext<IClassifier> context) => context.RandomStart();
    }
}
