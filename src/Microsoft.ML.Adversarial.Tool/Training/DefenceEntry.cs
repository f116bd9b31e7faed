using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Trainers;
using Microsoft.ML.Adversarial.Training.Losses;

namespace Microsoft.ML.Adversarial.Tool.Training;

/// <summary>A way to train, of the command line. A new one is a line here.</summary>
/// <param name="Name">Its name.</param>
/// <param name="HasBudget">Whether it trains within a norm and an ε.</param>
/// <param name="NewOptions">Makes the options of its trainer.</param>
/// <param name="Trainer">Makes the trainer.</param>
internal sealed record DefenceEntry(
    string Name, bool HasBudget, Func<Norm, double, NeuralNetworkOptions> NewOptions,
    Func<MLContext, NeuralNetworkOptions, IEstimator<ITransformer>> Trainer)
{
    public static IReadOnlyList<DefenceEntry> All { get; } =
    [
        new("none", HasBudget: false, (_, _) => new NeuralNetworkMulticlassTrainer.Options(), ByLoss),
        By("fast", (norm, epsilon) => AdversarialCrossEntropyLoss.Fast(norm, epsilon)),
        By("free", (norm, epsilon) => new FreeAdversarialLoss(norm, epsilon)),
        By("pgd-at", (norm, epsilon) => new AdversarialCrossEntropyLoss(norm, epsilon)),
        By("alp", (norm, epsilon) => new AdversarialLogitPairingLoss(norm, epsilon)),
        By("trades", (norm, epsilon) => new TradesLoss(norm, epsilon)),
        By("mart", (norm, epsilon) => new MisclassificationAwareLoss(norm, epsilon)),
        By("ibp", (norm, epsilon) => norm.Equals(Norm.LInfinity)
            ? new IntervalBoundLoss(epsilon)
            : throw new UsageException($"--norm: expected Linf for 'ibp', whose bounds are intervals, got {norm}.")),
        new(
            "distillation", HasBudget: false, (_, _) => new DefensiveDistillationTrainer.Options(),
            (context, options) => context.MulticlassClassification.Trainers.DefensiveDistillation((DefensiveDistillationTrainer.Options)options)),
    ];

    public static DefenceEntry Named(string name) =>
        All.FirstOrDefault(entry => entry.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new UsageException($"--defence: expected one of {string.Join(", ", All.Select(entry => entry.Name))}, got '{name}'.");

    private static DefenceEntry By(string name, Func<Norm, double, TrainingLoss> loss) => new(
        name, HasBudget: true, (norm, epsilon) => new NeuralNetworkMulticlassTrainer.Options { Loss = loss(norm, epsilon) }, ByLoss);

    private static NeuralNetworkMulticlassTrainer ByLoss(MLContext context, NeuralNetworkOptions options) =>
        context.MulticlassClassification.Trainers.NeuralNetwork((NeuralNetworkMulticlassTrainer.Options)options);
}
