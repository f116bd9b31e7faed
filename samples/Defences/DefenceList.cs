using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Training;
using Microsoft.ML.Adversarial.Training.Losses;
using Microsoft.ML.Adversarial.Training.Sharpness;

namespace Defences;

/// <summary>The defences of the table, one a line.</summary>
internal static class DefenceList
{
    /// <summary>Training without a defence: what the time of the others is a multiple of.</summary>
    public const string Plain = "none";

    private static readonly HypersphereEmbedding Embedding = new();

    /// <summary>What the short mode measures.</summary>
    public static IReadOnlyList<string> Short { get; } = [Plain, "defensive distillation, T = 20", "PGD-AT + HE"];

    /// <summary>All defences, adversarial ones trained within an ε.</summary>
    public static IReadOnlyList<Defence> Within(double epsilon) =>
    [
        Defence.By(Plain, _ => { }),
        Defence.Distillation(20),
        Defence.Distillation(100),
        Defence.By("SAM", options => options.WeightPerturbation = new SharpnessAwareMinimization()),
        Defence.By("Fisher-SAM", options => options.WeightPerturbation = new FisherSharpnessAwareMinimization()),
        Defence.By("fast FGSM", options => options.Loss = AdversarialCrossEntropyLoss.Fast(Norm.LInfinity, epsilon)),
        Defence.By("free, m = 4", options =>
        {
            options.Loss = new FreeAdversarialLoss(Norm.LInfinity, epsilon);
            options.Epochs = Math.Max(1, options.Epochs / 4);
        }),
        Defence.By("PGD-AT", options => options.Loss = new AdversarialCrossEntropyLoss(Norm.LInfinity, epsilon)),
        Defence.By("PGD-AT + HE", options =>
        {
            options.Loss = new AdversarialCrossEntropyLoss(Norm.LInfinity, epsilon);
            options.Hypersphere = Embedding;
        }),
        Defence.By("ALP", options => options.Loss = new AdversarialLogitPairingLoss(Norm.LInfinity, epsilon)),
        Defence.By("ALP + HE", options =>
        {
            options.Loss = new AdversarialLogitPairingLoss(Norm.LInfinity, epsilon);
            options.Hypersphere = new() { Scale = 20, Margin = 0.3 };
        }),
        Defence.By("TRADES", options => options.Loss = new TradesLoss(Norm.LInfinity, epsilon)),
        Defence.By("TRADES + HE", options =>
        {
            options.Loss = new TradesLoss(Norm.LInfinity, epsilon);
            options.Hypersphere = Embedding;
        }),
        Defence.By("TRADES, weight 2, weight averaging", options =>
        {
            options.Loss = new TradesLoss(Norm.LInfinity, epsilon) { Weight = 2 };
            options.WeightAveraging = 0.999;
        }),
        Defence.By("MART", options => options.Loss = new MisclassificationAwareLoss(Norm.LInfinity, epsilon)),
        Defence.By("MART + HE", options =>
        {
            options.Loss = new MisclassificationAwareLoss(Norm.LInfinity, epsilon);
            options.Hypersphere = Embedding;
        }),
        Defence.By("IBP training", options => options.Loss = new IntervalBoundLoss(epsilon)),
        Defence.By("PGD-AT + AWP", options =>
        {
            options.Loss = new AdversarialCrossEntropyLoss(Norm.LInfinity, epsilon);
            options.WeightPerturbation = new AdversarialWeightPerturbation();
        }),
        Defence.By("PGD-AT + weight averaging", options =>
        {
            options.Loss = new AdversarialCrossEntropyLoss(Norm.LInfinity, epsilon);
            options.WeightAveraging = 0.999;
        }),
    ];
}
