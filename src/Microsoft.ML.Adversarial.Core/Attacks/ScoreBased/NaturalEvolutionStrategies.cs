using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.ScoreBased;

/// <summary>
/// Natural evolution strategies, NES (Ilyas et al. 2018, arXiv:1804.08598, section 2.1): projected steps along the norm's steepest direction for
/// gradients estimated from pairs of queries in directions drawn from a normal distribution, with momentum and, where
/// the objective stalls, steps of half the length, as in the authors' code. Default: 10,000 queries, 50 an estimate, σ = 0.001, momentum 0.9, steps of
/// ε/5, plateaus of 5 steps.
/// </summary>
[AttackName("nes", Norms = ["Linf", "L2"], Reference = "Ilyas et al. 2018, arXiv:1804.08598")]
public sealed record NaturalEvolutionStrategies : GradientEstimateAttack
{
    // The authors' code steps by 0.01 to begin with and by 0.00005 at least.
    private const double SmallestShare = 1.0 / 200;

    private readonly double _momentum = 0.9;
    private readonly int _plateauLength = 5;

    /// <summary>10,000 queries unless set otherwise.</summary>
    /// <param name="norm">L∞ or L2.</param>
    /// <param name="epsilon">Budget, at least 0 and finite, in the units of the features.</param>
    public NaturalEvolutionStrategies(Norm norm, double epsilon)
        : base(new ThreatModel(norm, epsilon), queries: 10_000, queriesPerEstimate: 50, samplingRadius: 0.001)
    {
    }

    /// <summary>How much of the direction of a step is kept from the steps before, at least 0 and below 1. Default 0.9.</summary>
    public double Momentum
    {
        get => _momentum;
        init => _momentum = InRange(value, value is >= 0 and < 1, ">= 0 and < 1", nameof(Momentum));
    }

    /// <summary>
    /// Of how many steps the last must be worth less than the first for a row's steps to become half as long, down to a 200th of the first; at
    /// least 2, or 0 for steps that are all equally long. Default 5.
    /// </summary>
    public int PlateauLength
    {
        get => _plateauLength;
        init => _plateauLength = InRange(value, value is 0 or >= 2, "0 or >= 2", nameof(PlateauLength));
    }

    internal override Tensor Direction(RowRandom random, Tensor like) => random.Normal(like);

    private protected override EstimateStep StepOf(ScoredRows rows)
    {
        var (length, mean) = (StepSize ?? ThreatModel.Epsilon / 5, rows.Add(zeros_like(rows.Originals)));
        return PlateauLength == 0
            ? new EqualStep(mean, Momentum, length)
            : new HalvingStep(
                mean, Momentum, length * SmallestShare, rows.Add(full(rows.Count, length, mean.Values.dtype, mean.Values.device)),
                rows.Add(full(rows.Count, PlateauLength, double.NaN, ScalarType.Float64)));
    }

    private abstract class MomentumStep(RowTensor mean, double momentum) : EstimateStep
    {
        public sealed override void Take_(AttackContext<IClassifier> task, Tensor points, Tensor slopes, int count)
        {
            // With y = x/s the gradient in y is s times that in x.
            mean.Values.mul_(momentum).add_(task.Units.Of(slopes), alpha: 1 - momentum);
            Move_(task, points, mean.Values);
        }

        protected abstract void Move_(AttackContext<IClassifier> task, Tensor points, Tensor direction);
    }

    private sealed class EqualStep(RowTensor mean, double momentum, double length) : MomentumStep(mean, momentum)
    {
        protected override void Move_(AttackContext<IClassifier> task, Tensor points, Tensor direction) => task.Step_(points, direction, length);
    }

    /// <param name="mean">Of slopes.</param>
    /// <param name="momentum">How much of it is kept.</param>
    /// <param name="smallest">The smallest length.</param>
    /// <param name="lengths">Those of the rows' steps, shape [open rows].</param>
    /// <param name="recent">What the last steps were worth, the newest last, NaN where there were none since the row halved; shape [open rows, steps].</param>
    private sealed class HalvingStep(RowTensor mean, double momentum, double smallest, RowTensor lengths, RowTensor recent) : MomentumStep(mean, momentum)
    {
        public override void Note(double[] values)
        {
            using var scope = NewDisposeScope();
            var last = recent.Values.shape[1] - 1;
            recent.Values.copy_(cat([recent.Values.narrow(1, 1, last), tensor(values).unsqueeze(1)], 1));
            var stalled = recent.Values.select(1, last).less(recent.Values.select(1, 0));
            lengths.Values.copy_(where(stalled.to(lengths.Values.device), (lengths.Values / 2).clamp_min(smallest), lengths.Values));
            recent.Values.masked_fill_(stalled.unsqueeze(1), double.NaN);
        }

        protected override void Move_(AttackContext<IClassifier> task, Tensor points, Tensor direction) => task.Step_(points, direction, lengths.Values);
    }
}
