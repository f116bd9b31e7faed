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
        var rows = RowsOf(context);
        var (failed, succeeded) = (new double[rows.Length], new double[rows.Length]);
        Array.Fill(succeeded, double.PositiveInfinity);
        for (var step = 0; step < BinarySearchSteps && !context.WasCancelled; step++)
        {
            using var scope = NewDisposeScope();
            new PenaltyDescent(this, context, found, rows, Start(context)).Run();
            foreach (var row in rows)
            {
                (row.Reached ? succeeded : failed)[row.Index] = row.Constant;
                var (low, high) = (failed[row.Index], succeeded[row.Index]);
                row.Constant = double.IsFinite(high) ? (low + high) / 2 : Math.Min(low * GrowthBeforeSuccess, LargestConstant);
            }
        }
    }
}
