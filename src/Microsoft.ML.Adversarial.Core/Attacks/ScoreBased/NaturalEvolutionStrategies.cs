using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.ScoreBased;

/// <summary>
/// Natural evolution strategies, NES (Ilyas et al. 2018, arXiv:1804.08598, section 2.1): projected steps along the norm's steepest direction for
/// gradients estimated from pairs of queries in directions drawn from a normal distribution, with momentum as in the authors' code. Steps are
/// equally long; their code halves them where the loss stalls. Default: 10,000 queries, 50 an estimate, σ = 0.001, momentum 0.9, steps of ε/5.
/// </summary>
[AttackName("nes", Norms = ["Linf", "L2"], Reference = "Ilyas et al. 2018, arXiv:1804.08598")]
public sealed record NaturalEvolutionStrategies : GradientEstimateAttack
{
    private readonly double _momentum = 0.9;

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

    internal override Tensor Direction(RowRandom random, Tensor like) => random.Normal(like);

    private protected override EstimateStep StepOf(ScoredRows rows) =>
        new SteepestStep(rows.Add(zeros_like(rows.Originals)), Momentum, StepSize ?? ThreatModel.Epsilon / 5);

    private sealed class SteepestStep(RowTensor mean, double momentum, double length) : EstimateStep
    {
        public override void Take_(AttackContext<IClassifier> task, Tensor points, Tensor slopes, int count)
        {
            // With y = x/s the gradient in y is s times that in x.
            mean.Values.mul_(momentum).add_(task.Units.Of(slopes), alpha: 1 - momentum);
            task.Step_(points, mean.Values, length);
        }
    }
}
