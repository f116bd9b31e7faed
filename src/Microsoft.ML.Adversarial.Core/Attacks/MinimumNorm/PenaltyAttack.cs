using Microsoft.ML.Adversarial.Attacks.MinimumNorm.CarliniWagner;
using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm;

/// <summary>
/// Minimum-norm attacks that descend c·f(x) + D(x): f is at most 0 where the goal is reached, D grows with the perturbation, and the constant c
/// weighs one against the other. Constants and step lengths are those of the papers, for features in [0, 1]; wider bounds scale them.
/// </summary>
public abstract record PenaltyAttack : MinimumNormAttack
{
    private readonly double _confidence;
    private readonly double _learningRate;
    private readonly double _initialConstant;
    private readonly int _iterations;

    private protected PenaltyAttack(ThreatModel threatModel, int iterations, double learningRate, double initialConstant)
        : base(threatModel)
    {
        _iterations = iterations;
        _learningRate = learningRate;
        _initialConstant = initialConstant;
    }

    /// <summary>f, what is to become 0. Default F6, the difference of logits.</summary>
    public CarliniWagnerObjective Objective { get; init; } = CarliniWagnerObjective.F6;

    /// <summary>
    /// Confidence κ, at least 0, in units of logits: by how much the logits that decide must differ before the goal counts as reached. Default 0.
    /// </summary>
    public double Confidence
    {
        get => _confidence;
        init => _confidence = InRange(value, value is >= 0 and < double.PositiveInfinity, ">= 0 and finite", nameof(Confidence));
    }

    /// <summary>Largest number of iterations of one descent, at least 1.</summary>
    public int Iterations
    {
        get => _iterations;
        init => _iterations = InRange(value, value >= 1, ">= 1", nameof(Iterations));
    }

    /// <summary>
    /// Length α of the first step, above 0; step k of K has length α √(1 − k/K). Carlini and Wagner's attacks step in w, x = tanh w, where features at
    /// a bound begin 3.8 away from the middle: with α·K below 5 they do not get far, and rows may fail for nothing else.
    /// </summary>
    public double LearningRate
    {
        get => _learningRate;
        init => _learningRate = InRange(value, value is > 0 and < double.PositiveInfinity, "> 0 and finite", nameof(LearningRate));
    }

    /// <summary>c to begin with, above 0.</summary>
    public double InitialConstant
    {
        get => _initialConstant;
        init => _initialConstant = InRange(value, value is > 0 and < double.PositiveInfinity, "> 0 and finite", nameof(InitialConstant));
    }

    /// <summary>
    /// Whether a row leaves a descent when a tenth of the iterations has neither made its c·f + D smaller by 0.5 % nor come across a perturbation
    /// that is. Default true. The authors' code asks for a ten-thousandth of the loss, summed over the batch.
    /// </summary>
    public bool AbortEarly { get; init; } = true;

    /// <summary>The length of a step: a constant one never settles, and what it finds is larger.</summary>
    internal double Rate(int iteration) => LearningRate * Math.Sqrt(1 - ((double)iteration / Iterations));

    /// <summary>All rows, with the constants to begin with.</summary>
    private protected PenaltyRow[] RowsOf(AttackContext<IDifferentiableClassifier> context) =>
        [.. Enumerable.Range(0, (int)context.Originals.shape[0]).Select(row => new PenaltyRow(row, InitialConstant))];

    /// <summary>Logits that have to make up for κ: f of them is at most 0 only where the goal is reached by as much.</summary>
    internal sealed override Tensor Demand(Tensor logits, Goal goal)
    {
        if (Confidence == 0)
        {
            return logits;
        }

        var classes = goal.Classes.unsqueeze(1);
        return logits.scatter_add(1, classes, full_like(classes, goal.LossSign * Confidence, logits.dtype));
    }
}
