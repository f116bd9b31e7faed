using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training.Losses;

/// <summary>
/// TRADES (Zhang et al. 2019, arXiv:1901.08573, equation 5): the cross-entropy of clean inputs, plus β times the Kullback-Leibler
/// divergence of the prediction for the input from the one that an attacker can make of it. The inner attack maximises that divergence.
/// </summary>
public sealed record TradesLoss : PairingLoss
{
    /// <summary>TRADES with 10 steps of ε/4 from a random start.</summary>
    /// <param name="norm">Any norm.</param>
    /// <param name="epsilon">Budget, above 0, at most the input range, in the units of the features.</param>
    public TradesLoss(Norm norm, double epsilon)
        : this(DefaultAttack(norm, epsilon))
    {
    }

    /// <summary>TRADES with any attack that takes gradient steps; what these ascend is the divergence.</summary>
    /// <param name="attack">The inner attack. All rows take all steps: <c>LeaveEarly</c> must be false, and <c>Restarts</c> 1.</param>
    /// <exception cref="ArgumentException">Rows would leave the batch early.</exception>
    public TradesLoss(GradientStepAttack attack)
        : base(attack, weight: 6)
    {
        if (attack is IteratedGradientAttack { LeaveEarly: true } or ProjectedGradientDescent { Restarts: > 1 })
        {
            throw new ArgumentException($"Expected an attack without LeaveEarly and Restarts, since the divergence knows no goal to reach, got {attack}.", nameof(attack));
        }
    }

    private protected override Tensor Evaluate(TrainingStep step, Tensor clean, Tensor adversarial)
    {
        var divergence = Divergence(clean, adversarial).mean();
        return step.CrossEntropy(clean, step.Labels) + (divergence * Weight);
    }

    private protected override Tensor Craft(TrainingStep step, Attack<IDifferentiableClassifier> attack, Tensor inputs, Tensor labels)
    {
        using var scope = NewDisposeScope();
        var clean = step.EvaluatedProbabilities(inputs);
        var diverging = ((GradientStepAttack)attack) with { Objective = new DivergenceObjective(clean) };
        return step.Craft(diverging, inputs, Goal.Misclassify(labels)).MoveToOuterDisposeScope();
    }
}
