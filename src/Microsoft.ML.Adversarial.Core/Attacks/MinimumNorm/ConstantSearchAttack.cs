using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm;

/// <summary>
/// Penalty attacks that descend from the originals several times, with constants found by binary search: a smaller one after a success, a larger
/// one after a failure (Carlini &amp; Wagner 2017, arXiv:1608.04644, section V.A).
/// </summary>
public abstract record ConstantSearchAttack : PenaltyAttack
{
    private const double GrowthBeforeSuccess = 10;
    private const double LargestConstant = 1e10;

    private readonly int _binarySearchSteps = 9;

    private protected ConstantSearchAttack(ThreatModel threatModel, int iterations)
        : base(threatModel, iterations, learningRate: 0.01, initialConstant: 1e-3)
    {
    }

    /// <summary>Number of constants that are tried, at least 1. Default 9.</summary>
    public int BinarySearchSteps
    {
        get => _binarySearchSteps;
        init => _binarySearchSteps = InRange(value, value >= 1, ">= 1", nameof(BinarySearchSteps));
    }

    /// <summary>The rows at the originals, ready to descend.</summary>
    private protected abstract DescentRows Start(AttackContext<IDifferentiableClassifier> context);

    private protected sealed override void Search(AttackContext<IDifferentiableClassifier> context, SmallestFound found)
    {
        var rows = arange(context.Originals.shape[0], device: context.Originals.device);
        var constants = InitialConstants(context);
        var (failed, succeeded) = (zeros_like(constants), full_like(constants, double.PositiveInfinity));
        for (var step = 0; step < BinarySearchSteps && !context.WasCancelled; step++)
        {
            using var scope = NewDisposeScope();
            var reached = new PenaltyDescent(this, context, found, rows, constants, Start(context)).Run();
            using var noGrad = no_grad();
            succeeded.copy_(where(reached, constants, succeeded));
            failed.copy_(where(reached, failed, constants));
            constants.copy_(where(succeeded.isfinite(), (failed + succeeded) / 2, failed * GrowthBeforeSuccess).clamp_(max: LargestConstant));
        }
    }
}
