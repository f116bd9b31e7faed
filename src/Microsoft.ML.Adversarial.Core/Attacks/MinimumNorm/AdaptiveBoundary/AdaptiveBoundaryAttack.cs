using System.Numerics;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm.AdaptiveBoundary;

/// <summary>
/// The family of the fast adaptive boundary attack (Croce &amp; Hein 2020, arXiv:1907.02044, algorithm 1): takes the classifier for linear, projects
/// the current point and the original exactly onto the nearest boundary within the bounds, and goes to a point between the two. Where the goal is
/// reached, it steps back towards the original; in the end it goes along the line to the original, as near as it can.
/// </summary>
/// <remarks>
/// The paper does not say how to reach a target, which takes crossing the boundaries to all other classes. Here the boundary is where the target is
/// as likely as all others together; only the last steps end where it becomes the likeliest.
/// </remarks>
public abstract record AdaptiveBoundaryAttack : MinimumNormAttack
{
    private const int FinalSteps = 3;

    private readonly int _steps = 100;
    private readonly int _restarts = 1;
    private readonly double _largestBias = 0.1;
    private readonly double _extrapolation = 1.05;
    private readonly double _backwardStep = 0.9;

    private protected AdaptiveBoundaryAttack(Norm norm, double epsilon)
        : base(new ThreatModel(norm, epsilon))
    {
    }

    /// <summary>Number of steps from one start, at least 1. Default 100.</summary>
    public int Steps
    {
        get => _steps;
        init => _steps = InRange(value, value >= 1, ">= 1", nameof(Steps));
    }

    /// <summary>
    /// How often to start, at least 1: first from the original, then from random points at half the size of the smallest perturbation found, or of
    /// ε if that is smaller. Without a budget 0.3 (L∞), 1 (L2) or 5 (L1) times the width of the input bounds takes its place. Default 1.
    /// </summary>
    public int Restarts
    {
        get => _restarts;
        init => _restarts = InRange(value, value >= 1, ">= 1", nameof(Restarts));
    }

    /// <summary>α_max, between 0 and 1: the largest weight of the original's projection in a step. Default 0.1.</summary>
    public double LargestBias
    {
        get => _largestBias;
        init => _largestBias = InRange(value, value is >= 0 and <= 1, "between 0 and 1", nameof(LargestBias));
    }

    /// <summary>η, at least 1: how far beyond the boundary projections are carried. Default 1.05.</summary>
    public double Extrapolation
    {
        get => _extrapolation;
        init => _extrapolation = InRange(value, value is >= 1 and < double.PositiveInfinity, ">= 1 and finite", nameof(Extrapolation));
    }

    /// <summary>β in (0, 1): what is left of a perturbation that reached the goal, for the next step to begin with. Default 0.9.</summary>
    public double BackwardStep
    {
        get => _backwardStep;
        init => _backwardStep = InRange(value, value is > 0 and < 1, "> 0 and < 1", nameof(BackwardStep));
    }

    /// <summary>Let a row leave the batch at the first perturbation within ε, rather than look for smaller ones. Default false.</summary>
    public bool StopAtSuccess { get; init; }

    /// <summary>For each search the classes to go to, the nearest of which counts: tensors of shape [N, classes], Int64.</summary>
    /// <param name="context">The rows, whose goal is to be misclassified.</param>
    private protected abstract IEnumerable<Tensor?> OtherClasses(AttackContext<IDifferentiableClassifier> context);

    private protected sealed override void Search(AttackContext<IDifferentiableClassifier> context, SmallestFound found)
    {
        if (context.Originals.dtype == ScalarType.Float64)
        {
            Search<double>(context, found);
        }
        else
        {
            Search<float>(context, found);
        }
    }

    private void Search<T>(AttackContext<IDifferentiableClassifier> context, SmallestFound found)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var attempt = 0;
        foreach (var classes in context.Goal.LossSign > 0 ? OtherClasses(context) : [null])
        {
            for (var restart = 0; restart < Restarts; restart++)
            {
                using var scope = NewDisposeScope();
                var rows = Open(found);
                if (rows.Length == 0 || context.WasCancelled)
                {
                    return;
                }

                var task = context.Select(tensor(rows, device: context.Originals.device), ++attempt);
                var start = restart == 0 ? task.Originals : RandomStart(task, Array.ConvertAll(rows, row => found.Sizes[row]));
                new AdaptiveBoundaryWalk<T>(this, context, found, rows, classes, start).Run();
            }
        }

        if (!context.WasCancelled)
        {
            new SegmentSearch(context, found).Run(Open(found), FinalSteps);
        }
    }

    /// <summary>Which rows to go on with.</summary>
    private long[] Open(SmallestFound found) =>
        [.. Enumerable.Range(0, found.Sizes.Length).Where(row => !StopAtSuccess || found.Sizes[row] > ThreatModel.Epsilon).Select(row => (long)row)];

    private Tensor RandomStart(AttackContext<IDifferentiableClassifier> task, double[] smallest)
    {
        var random = ThreatModel.Norm == Norm.LInfinity ? task.Random.Uniform(task.Originals, -1, 1) : task.Random.Normal(task.Originals);
        var direction = task.Units.Slopes(random);
        var length = task.ThreatModel.Norm.Measure(direction).clamp_(min: 1e-12);
        var largest = Radius(task.Classifier.Bounds);
        var radius = tensor(Array.ConvertAll(smallest, size => Math.Min(size, largest) / 2)).to(direction.dtype, direction.device);
        var start = task.Originals + (direction * Norm.PerRow(radius / length, direction));
        task.Clip_(start);
        return start;
    }

    private double Radius(InputBounds bounds) => double.IsFinite(ThreatModel.Epsilon)
        ? ThreatModel.Epsilon
        : bounds.TypicalWidth * ThreatModel.Norm.Order switch { 1 => 5, 2 => 1, _ => 0.3 };
}
