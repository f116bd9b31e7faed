using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Evasion;

/// <summary>
/// An adaptive attack (Tramèr et al. 2020, arXiv:2002.08347): fools the classifier while every detector's score stays at or below its threshold.
/// What a detector is worth shows under this attack, not under those that do not know of it. Projected gradient steps with best points kept:
/// a row that fools all is done.
/// </summary>
/// <remarks>
/// <see cref="AttackResult.Succeeded"/> says, as with all attacks, whether the classifier is fooled; <see cref="Passes"/> whether the detectors
/// are.
/// </remarks>
public sealed record DetectorEvasion : Attack<IDifferentiableClassifier>
{
    private const double Growth = 1.2;

    private readonly int _steps = 100;
    private readonly double? _stepSize;
    private readonly EvasionSchedule _schedule;

    /// <summary>100 steps of 2.5·ε/100 from a random start, selective, unless set otherwise.</summary>
    /// <param name="norm">Any norm.</param>
    /// <param name="epsilon">Budget, at least 0 and finite, in the units of the features.</param>
    /// <param name="detectors">What must not raise the alarm, at least one.</param>
    public DetectorEvasion(Norm norm, double epsilon, IReadOnlyList<EvadedDetector> detectors)
        : base(new ThreatModel(norm, InRange(epsilon, double.IsFinite(epsilon), "finite: this attack spends a budget", nameof(epsilon))))
    {
        ArgumentNullException.ThrowIfNull(detectors);
        Detectors = detectors.Count > 0
            ? [.. detectors]
            : throw new ArgumentException("Expected at least one detector to evade, got none.", nameof(detectors));
    }

    /// <summary>What must not raise the alarm.</summary>
    public IReadOnlyList<EvadedDetector> Detectors { get; }

    /// <summary>Most gradient steps, at least 1. Default 100.</summary>
    public int Steps
    {
        get => _steps;
        init => _steps = InRange(value, value >= 1, ">= 1", nameof(Steps));
    }

    /// <summary>Length of a step in the norm of the threat model, above 0; null for 2.5·ε/steps.</summary>
    public double? StepSize
    {
        get => _stepSize;
        init => _stepSize = InRange(value, value is null or > 0 and < double.PositiveInfinity, "> 0 and finite", nameof(StepSize));
    }

    /// <summary>Start at a random point of the budget rather than at the input. Default true.</summary>
    public bool RandomStart { get; init; } = true;

    /// <summary>How steps are shared between the classifier and the detectors. Default selective.</summary>
    public EvasionSchedule Schedule
    {
        get => _schedule;
        init => _schedule = InRange(value, Enum.IsDefined(value), string.Join(" or ", Enum.GetNames<EvasionSchedule>()), nameof(Schedule));
    }

    /// <summary>What fools the classifier. Default: the logit margin, which does not vanish once it is fooled.</summary>
    public AttackObjective Objective { get; init; } = AttackObjective.LogitMargin;

    /// <summary>Which rows pass all detectors.</summary>
    /// <param name="inputs">Such as <see cref="AttackResult.Inputs"/>, shape [N, …].</param>
    /// <returns>Shape [N], Bool; the caller disposes it.</returns>
    public Tensor Passes(Tensor inputs)
    {
        using var scope = NewDisposeScope();
        return Detectors.Select(detector => detector.Passes(inputs)).Aggregate((all, one) => all.logical_and(one)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override Tensor Perturb(AttackContext<IDifferentiableClassifier> context)
    {
        using var noGrad = no_grad();
        var inputs = RandomStart ? context.RandomStart() : context.Originals.clone();
        var best = inputs.clone();
        var ranks = zeros(inputs.shape[0], ScalarType.Int64, device: inputs.device);
        var multipliers = ones([inputs.shape[0], Detectors.Count], inputs.dtype, inputs.device);
        for (var step = 0; !context.WasCancelled; step++)
        {
            using var scope = NewDisposeScope();
            var rows = ranks.less(2).nonzero().flatten();
            if (rows.shape[0] == 0)
            {
                break;
            }

            var (task, here) = (context.Select(rows, stream: 0), inputs.index_select(0, rows));
            var seen = task.Conformed(here);
            var fooled = task.Goal.IsClearlyReached(task.Classifier.Logits(seen));
            var alarms = stack([.. Detectors.Select(detector => detector.Passes(seen).logical_not())], 1);

            // 2: fools all; 1: fools the classifier. Of equal points, later ones come after more steps for the others.
            var rank = fooled.to(ScalarType.Int64) * (2 - alarms.any(1).to(ScalarType.Int64));
            var kept = rank.greater_equal(ranks.index_select(0, rows)).nonzero().flatten();
            best.index_copy_(0, rows.index_select(0, kept), seen.index_select(0, kept));
            ranks.index_copy_(0, rows.index_select(0, kept), rank.index_select(0, kept));
            if (step == Steps)
            {
                break;
            }

            var direction = Schedule == EvasionSchedule.Selective
                ? Selective(task, seen, fooled, alarms)
                : Lagrangian(task, seen, alarms, multipliers, rows);
            task.Step_(here, direction, StepSize ?? (2.5 * ThreatModel.Epsilon / Steps));
            inputs.index_copy_(0, rows, here);
        }

        return best;
    }

    private Tensor Selective(AttackContext<IDifferentiableClassifier> task, Tensor inputs, Tensor fooled, Tensor alarms)
    {
        var direction = zeros_like(inputs);
        AddTo(direction, fooled.logical_not(), rows => Ascent(task.Select(rows, stream: 0), inputs.index_select(0, rows)));
        for (var index = 0; index < Detectors.Count; index++)
        {
            var detector = Detectors[index].Detector;
            AddTo(direction, fooled.logical_and(alarms.select(1, index)), rows => -Unit(detector.ScoreGradient(inputs.index_select(0, rows))));
        }

        return direction;
    }

    private Tensor Lagrangian(
        AttackContext<IDifferentiableClassifier> task, Tensor inputs, Tensor alarms, Tensor multipliers, Tensor rows)
    {
        var current = multipliers.index_select(0, rows);
        var direction = Ascent(task, inputs);
        for (var index = 0; index < Detectors.Count; index++)
        {
            long[] perRow = [-1, .. Enumerable.Repeat(1L, (int)inputs.dim() - 1)];
            direction.sub_(Unit(Detectors[index].Detector.ScoreGradient(inputs)) * current.select(1, index).reshape(perRow));
        }

        var next = where(alarms, current * Growth, current / Growth).clamp_(1e-3, 1e3);
        multipliers.index_copy_(0, rows, next);
        return direction;
    }

    private Tensor Ascent(AttackContext<IDifferentiableClassifier> task, Tensor inputs)
    {
        using var grad = enable_grad();
        return Unit(task.Ascent(inputs.detach().clone().requires_grad_(), Objective));
    }

    // Each of length 1, so that none drowns the others.
    private static Tensor Unit(Tensor gradients) => Norm.L2.SteepestDirection(gradients);

    private static void AddTo(Tensor direction, Tensor which, Func<Tensor, Tensor> compute)
    {
        var rows = which.nonzero().flatten();
        if (rows.shape[0] > 0)
        {
            direction.index_add_(0, rows, compute(rows), 1);
        }
    }
}
