using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.ScoreBased;

/// <summary>
/// Simultaneous perturbation stochastic approximation, SPSA (Uesato et al. 2018, arXiv:1802.05666, algorithm 1): Adam on the margin of the logits,
/// with gradients estimated from pairs of queries in directions of random signs; every step is projected. Default: 10,000 queries, 128 an
/// estimate, δ = 0.01. The paper's learning rate is 0.01 at its budgets; by default it is ε/5, in L2 ε/5 over the root of the number of features.
/// </summary>
[AttackName("spsa", Norms = ["Linf", "L2"], Reference = "Uesato et al. 2018, arXiv:1802.05666")]
public sealed record SimultaneousPerturbationStochasticApproximation : GradientEstimateAttack
{
    /// <summary>10,000 queries unless set otherwise.</summary>
    /// <param name="norm">L∞ or L2.</param>
    /// <param name="epsilon">Budget, at least 0 and finite, in the units of the features.</param>
    public SimultaneousPerturbationStochasticApproximation(Norm norm, double epsilon)
        : base(new ThreatModel(norm, epsilon), queries: 10_000, queriesPerEstimate: 128, samplingRadius: 0.01)
    {
        Objective = AttackObjective.LogitMargin;
    }

    internal override Tensor Direction(RowRandom random, Tensor like) => random.Uniform(like, -1, 1).sign_();

    private protected override EstimateStep StepOf(ScoredRows rows)
    {
        var share = ThreatModel.Norm == Norm.L2 ? Math.Sqrt(rows.Features) : 1;
        return new AdamStep(
            rows.Add(zeros_like(rows.Originals)), rows.Add(zeros_like(rows.Originals)), StepSize ?? ThreatModel.Epsilon / (5 * share));
    }

    // Kingma & Ba 2015, arXiv:1412.6980, algorithm 1.
    private sealed class AdamStep(RowTensor first, RowTensor second, double rate) : EstimateStep
    {
        private const double FirstDecay = 0.9;
        private const double SecondDecay = 0.999;
        private const double Stabiliser = 1e-8;

        public override void Take_(AttackContext<IClassifier> task, Tensor points, Tensor slopes, int count)
        {
            first.Values.mul_(FirstDecay).add_(slopes, alpha: 1 - FirstDecay);
            second.Values.mul_(SecondDecay).addcmul_(slopes, slopes, 1 - SecondDecay);
            var spread = (second.Values / (1 - Math.Pow(SecondDecay, count))).sqrt_().add_(Stabiliser);
            var change = first.Values.div(spread).mul_(rate / (1 - Math.Pow(FirstDecay, count)));
            points.add_(task.Units.Undo(change));
            task.Project_(points);
        }
    }
}
