using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm;

/// <summary>
/// Penalty attacks that go on from what they found, under a tighter demand each time, and with twice the constant where that fails
/// (Carlini &amp; Wagner 2017, arXiv:1608.04644, sections V.B and V.C). A row leaves when its constant exceeds the largest one.
/// </summary>
public abstract record TighteningAttack : PenaltyAttack
{
    private const double GrowthAfterFailure = 2;

    private readonly double _largestConstant;

    private protected TighteningAttack(ThreatModel threatModel, double learningRate, double initialConstant, double largestConstant)
        : base(threatModel, iterations: 1_000, learningRate, initialConstant) => _largestConstant = largestConstant;

    /// <summary>c at which a row gives up, above 0.</summary>
    public double LargestConstant
    {
        get => _largestConstant;
        init => _largestConstant = InRange(value, value is > 0 and < double.PositiveInfinity, "> 0 and finite", nameof(LargestConstant));
    }

    /// <summary>What is demanded of perturbations at first, shape [N, …].</summary>
    private protected abstract Tensor Loosest(AttackContext<IDifferentiableClassifier> context);

    /// <summary>What to demand next of rows that met a demand.</summary>
    /// <param name="task">These rows.</param>
    /// <param name="solutions">What was found for them, in the shape of the inputs.</param>
    /// <param name="demands">What they met.</param>
    private protected abstract Tensor Tighter(AttackContext<IDifferentiableClassifier> task, Tensor solutions, Tensor demands);

    /// <summary>The largest sizes that meet the demands, shape [M].</summary>
    private protected abstract Tensor LimitsOf(Tensor demands);

    /// <summary>The rows at what was found for them, ready to descend.</summary>
    private protected abstract DescentRows Start(AttackContext<IDifferentiableClassifier> task, Tensor solutions, Tensor demands);

    private protected sealed override void Search(AttackContext<IDifferentiableClassifier> context, SmallestFound found)
    {
        var rows = RowsOf(context);
        var demands = Loosest(context);
        while (rows.Length > 0 && !context.WasCancelled)
        {
            using var scope = NewDisposeScope();
            var which = tensor(PenaltyRow.Indices(rows), device: demands.device);
            var before = Array.ConvertAll(rows, row => found.Sizes[row.Index]);
            var limits = LimitsOf(demands.index_select(0, which)).to(ScalarType.Float64, CPU).data<double>();
            foreach (var (place, row) in rows.Index())
            {
                row.Limit = limits[place];
            }

            var start = Start(context.Select(which, stream: 0), found.Inputs.index_select(0, which), demands.index_select(0, which));
            new PenaltyDescent(this, context, found, rows, start).Run();
            // Under constraints the nearest valid inputs may be no smaller, and no demand may follow from them.
            PenaltyRow[] met = [.. rows.Where((row, place) => row.Reached && found.Sizes[row.Index] < before[place])];
            if (met.Length > 0)
            {
                which = tensor(PenaltyRow.Indices(met), device: demands.device);
                var next = Tighter(context.Select(which, stream: 0), found.Inputs.index_select(0, which), demands.index_select(0, which));
                demands.index_copy_(0, which, next);
            }

            foreach (var row in rows.Except(met))
            {
                row.Constant *= GrowthAfterFailure;
            }

            rows = [.. rows.Where(row => row.Constant <= LargestConstant)];
        }
    }
}
