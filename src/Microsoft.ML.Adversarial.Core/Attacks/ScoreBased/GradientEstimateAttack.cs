using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.ScoreBased;

/// <summary>
/// The score-based attacks that step along a gradient which they estimate from pairs of queries on either side of a point, in random directions.
/// Each step costs the queries of an estimate and one about the point that it leads to. Queries keep to the bounds: at a bound one of a pair does
/// not move, and the feature counts half.
/// </summary>
public abstract record GradientEstimateAttack : ScoreBasedAttack
{
    private readonly int _queriesPerEstimate;
    private readonly double _samplingRadius;
    private readonly double? _stepSize;

    private protected GradientEstimateAttack(ThreatModel threatModel, int queries, int queriesPerEstimate, double samplingRadius)
        : base(threatModel.WithBudget(), queries)
    {
        _queriesPerEstimate = queriesPerEstimate;
        _samplingRadius = samplingRadius;
    }

    /// <summary>What is to grow.</summary>
    public AttackObjective Objective { get; init; } = AttackObjective.CrossEntropy;

    /// <summary>How many queries an estimate takes, two per random direction, at least 2; the last estimate takes what is left.</summary>
    public int QueriesPerEstimate
    {
        get => _queriesPerEstimate;
        init => _queriesPerEstimate = InRange(value, value >= 2, ">= 2", nameof(QueriesPerEstimate));
    }

    /// <summary>
    /// How far queries lie from the point, above 0: in widths of the input bounds (their root mean square; 1 where none are finite). Scores that are
    /// flat, as those of trees, need a larger one.
    /// </summary>
    public double SamplingRadius
    {
        get => _samplingRadius;
        init => _samplingRadius = InRange(value, value is > 0 and < double.PositiveInfinity, "> 0 and finite", nameof(SamplingRadius));
    }

    /// <summary>Length of a step, above 0, in the units of the features; null for the attack's rule.</summary>
    public double? StepSize
    {
        get => _stepSize;
        init => _stepSize = InRange(value, value is null or > 0 and < double.PositiveInfinity, "> 0 and finite", nameof(StepSize));
    }

    private protected sealed override AttackObjective ObjectiveOf(Goal goal) => Objective;

    /// <summary>A random direction for each row, whose features have mean 0 and variance 1 and are independent.</summary>
    internal abstract Tensor Direction(RowRandom random, Tensor like);

    /// <summary>How estimates become steps.</summary>
    private protected abstract EstimateStep StepOf(ScoredRows rows);

    private protected sealed override void Search(ScoredRows rows)
    {
        var points = rows.Add(rows.Originals);
        var step = StepOf(rows);
        var estimate = new GradientEstimate(this, rows);
        for (var count = 1; rows.Count > 0 && rows.Left >= 3 && !rows.WasCancelled; count++)
        {
            using var scope = NewDisposeScope();
            var pairs = Math.Min(QueriesPerEstimate, rows.Left - 1) / 2;
            var slots = rows.Slots;
            step.Take_(rows.Task(slots), points.Values, estimate.At(points.Values, pairs, rows.Random(count)), count);
            var candidates = rows.Conformed(points.Values, slots);
            var scores = rows.Ask(candidates, slots);
            step.Note(scores.Values);
            rows.Offer(candidates, slots, scores);
            rows.Leave(row => row.IsReached);
        }
    }
}
