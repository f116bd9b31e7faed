using Microsoft.ML.Adversarial.Attacks.MinimumNorm;
using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.Norms;

namespace Microsoft.ML.Adversarial.Attacks.ScoreBased;

/// <summary>
/// Zeroth-order optimization, ZOO (Chen et al. 2017, arXiv:1708.03999, algorithms 1 and 2): looks for the smallest L2 perturbation by descending
/// ‖x − x₀‖² + c·f(x) as Carlini and Wagner do, f the difference of logits, one random set of features at a time, with slopes from two queries per
/// feature and Adam feature by feature; constants are found by binary search. Values are clamped to the bounds. Without the paper's reduction of
/// dimensions and importance sampling, which images far larger than the query budget need. Rows use all their queries. Default: 1,000,000 queries,
/// shared out over 9 constants from 0.01 on, 128 features a step, learning rate 0.01.
/// </summary>
[AttackName("zoo", Norms = ["L2"], Reference = "Chen et al. 2017, arXiv:1708.03999")]
public sealed record ZerothOrderOptimization : ScoreBasedAttack, IMinimumNormAttack
{
    private readonly int _binarySearchSteps = 9;
    private readonly int _featuresPerStep = 128;
    private readonly double _learningRate = 0.01;
    private readonly double _initialConstant = 0.01;
    private readonly double _differenceStep = 1e-3;

    /// <summary>The smallest perturbation, without a budget.</summary>
    public ZerothOrderOptimization()
        : this(Norm.L2, double.PositiveInfinity)
    {
    }

    /// <summary>The smallest perturbation; a finite budget keeps what is found within it only.</summary>
    /// <param name="norm">L2.</param>
    /// <param name="epsilon">Budget, at least 0, in the units of the features; +∞: none.</param>
    public ZerothOrderOptimization(Norm norm, double epsilon)
        : base(new ThreatModel(norm, epsilon), queries: 1_000_000)
    {
    }

    /// <summary>Number of constants that are tried, at least 1, each with as many queries. Default 9.</summary>
    public int BinarySearchSteps
    {
        get => _binarySearchSteps;
        init => _binarySearchSteps = InRange(value, value >= 1, ">= 1", nameof(BinarySearchSteps));
    }

    /// <summary>How many features move in a step, at least 1; it costs twice as many queries and one. Default 128.</summary>
    public int FeaturesPerStep
    {
        get => _featuresPerStep;
        init => _featuresPerStep = InRange(value, value >= 1, ">= 1", nameof(FeaturesPerStep));
    }

    /// <summary>
    /// Adam's step length, above 0, in widths of the input bounds (their root mean square; 1 where none are finite). Default 0.01.
    /// </summary>
    public double LearningRate
    {
        get => _learningRate;
        init => _learningRate = InRange(value, value is > 0 and < double.PositiveInfinity, "> 0 and finite", nameof(LearningRate));
    }

    /// <summary>c to begin with, above 0. Default 0.01.</summary>
    public double InitialConstant
    {
        get => _initialConstant;
        init => _initialConstant = InRange(value, value is > 0 and < double.PositiveInfinity, "> 0 and finite", nameof(InitialConstant));
    }

    /// <summary>
    /// h of the differences f(x + h) − f(x − h), above 0, in widths of the input bounds. Default 0.001; the paper's 0.0001 drowns in what logits
    /// of type Single are rounded by.
    /// </summary>
    public double DifferenceStep
    {
        get => _differenceStep;
        init => _differenceStep = InRange(value, value is > 0 and < double.PositiveInfinity, "> 0 and finite", nameof(DifferenceStep));
    }

    private protected override AttackObjective ObjectiveOf(Goal goal) => AttackObjective.LogitMargin;

    private protected override void Search(ScoredRows rows) => new CoordinateDescent(this, rows).Run();
}
