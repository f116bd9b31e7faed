using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm;

/// <summary>
/// DeepFool (Moosavi-Dezfooli, Fawzi &amp; Frossard 2016, arXiv:1511.04599, algorithm 2): takes the classifier for linear and steps to the nearest
/// boundary to another class, |f_k| / ‖w_k‖_q away, until the class changes. For a target it steps to that class's boundary.
/// </summary>
/// <remarks>
/// The paper knows no bounds. Where these cut steps short, the class would change in the limit only: every step is longer by 1e-4 of the
/// bounds' width.
/// </remarks>
[AttackName("deepfool", Norms = ["L2", "Linf"], Reference = "Moosavi-Dezfooli, Fawzi & Frossard 2016, arXiv:1511.04599")]
public sealed record DeepFool : MinimumNormAttack
{
    private const double LeastStep = 1e-4;

    private readonly int _steps = 50;
    private readonly int _candidates = 10;
    private readonly double _overshoot = 0.02;

    /// <summary>50 steps, 10 candidate classes, overshoot 0.02 unless set otherwise.</summary>
    /// <param name="norm">L2 or L∞.</param>
    /// <param name="epsilon">Largest perturbation to keep, in the units of the features; +∞: any.</param>
    public DeepFool(Norm norm, double epsilon)
        : base(new ThreatModel(norm, epsilon))
    {
    }

    /// <summary>Most steps, at least 1. Default 50.</summary>
    public int Steps
    {
        get => _steps;
        init => _steps = InRange(value, value >= 1, ">= 1", nameof(Steps));
    }

    /// <summary>How many of the classes that are likely at the start to consider, the row's own among them, at least 2. Default 10.</summary>
    public int Candidates
    {
        get => _candidates;
        init => _candidates = InRange(value, value >= 2, ">= 2", nameof(Candidates));
    }

    /// <summary>By which share the sum of all steps is overdone, at least 0. Default 0.02.</summary>
    public double Overshoot
    {
        get => _overshoot;
        init => _overshoot = InRange(value, value is >= 0 and < double.PositiveInfinity, ">= 0 and finite", nameof(Overshoot));
    }

    private protected override void Search(AttackContext<IDifferentiableClassifier> context, SmallestFound found)
    {
        var rows = arange(context.Originals.shape[0], device: context.Originals.device);
        var (total, candidates) = (zeros_like(context.Originals), CandidatesOf(context));
        for (var step = 0; rows.shape[0] > 0 && !context.WasCancelled; step++)
        {
            using var scope = NewDisposeScope();
            var task = context.Select(rows, stream: 0);
            var leaf = task.Originals.add(total, alpha: 1 + Overshoot);
            task.Clip_(leaf);
            leaf.requires_grad_();
            var logits = context.Classifier.Logits(leaf);
            var open = found.Offer_(leaf, logits, rows).logical_not_().nonzero().flatten();
            if (step == Steps || open.shape[0] == 0)
            {
                break;
            }

            using var noGrad = no_grad();
            total.add_(ToNearest(task, leaf, logits, candidates));
            if (open.shape[0] < rows.shape[0])
            {
                (total, rows, candidates) = (Keep(total, open), Keep(rows, open), Keep(candidates, open));
            }
        }
    }

    private static Tensor Keep(Tensor values, Tensor places)
    {
        using (values)
        {
            return values.index_select(0, places).MoveToOuterDisposeScope();
        }
    }

    // Classes to go to, shape [N, K], likely ones first.
    private Tensor CandidatesOf(AttackContext<IDifferentiableClassifier> context)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var logits = context.Classifier.Logits(context.Originals);
        var count = (int)Math.Min(Candidates, logits.shape[1]);
        var classes = context.Goal.LossSign < 0 ? context.Goal.Classes.unsqueeze(1) : logits.topk(count, 1).indexes.narrow(1, 1, count - 1);
        return classes.MoveToOuterDisposeScope();
    }

    private Tensor ToNearest(AttackContext<IDifferentiableClassifier> task, Tensor inputs, Tensor logits, Tensor candidates)
    {
        // Away from the label, or from what stands before the target.
        var from = task.Goal.LossSign > 0 ? task.Goal.Classes.unsqueeze(1) : LogitMarginObjective.RivalOf(logits, task.Goal);
        var fromLogit = logits.gather(1, from);
        var nearest = full([inputs.shape[0]], double.PositiveInfinity, inputs.dtype, inputs.device);
        var gradient = zeros_like(inputs);
        for (var place = 0L; place < candidates.shape[1]; place++)
        {
            using var scope = NewDisposeScope();
            var to = candidates.narrow(1, place, 1);
            var one = ones_like(to, logits.dtype);
            var slope = inputs.GradientOf(logits, zeros_like(logits).scatter_(1, to, one).scatter_add_(1, from, one.neg()));
            slope = task.Units.Open(slope, inputs, task.Originals);
            var gap = (fromLogit - logits.gather(1, to)).squeeze(1).clamp_(min: 1e-5);
            var distance = gap.div_(task.ThreatModel.Norm.Dual.Measure(slope));
            var nearer = distance.less(nearest).nonzero().flatten();
            if (nearer.shape[0] > 0)
            {
                nearest.index_copy_(0, nearer, distance.index_select(0, nearer));
                gradient.index_copy_(0, nearer, slope.index_select(0, nearer));
            }
        }

        return task.ThreatModel.Norm.SteepestDirection(gradient) * Norm.PerRow(nearest.nan_to_num_(0, 0, 0) + (LeastStep * task.Classifier.Bounds.TypicalWidth), inputs);
    }
}
