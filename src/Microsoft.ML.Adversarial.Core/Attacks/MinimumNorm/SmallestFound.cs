using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm;

/// <summary>The smallest perturbed inputs that reach the goal, of all that a search has offered, row by row.</summary>
internal sealed class SmallestFound
{
    private readonly AttackContext<IDifferentiableClassifier> _context;

    public SmallestFound(AttackContext<IDifferentiableClassifier> context)
    {
        _context = context;
        Inputs = context.Originals.clone();
        Sizes = full([context.Originals.shape[0]], double.PositiveInfinity, context.Originals.dtype, context.Originals.device);
    }

    /// <summary>What was found, the originals where nothing was; shape [N, …].</summary>
    public Tensor Inputs { get; }

    /// <summary>The sizes of what was found, +∞ where nothing was; shape [N].</summary>
    public Tensor Sizes { get; }

    /// <summary>Which rows have something, shape [N], Bool.</summary>
    public Tensor Any() => Sizes.isfinite();

    /// <summary>Takes what reaches the goal and is smaller, in the norm of the threat model, than what there was.</summary>
    /// <param name="candidates">Shape [N, …], within the bounds.</param>
    /// <param name="logits">Theirs, shape [N, classes].</param>
    /// <param name="rows">Which of the context's rows these are, shape [N], Int64; null: all of them.</param>
    /// <returns>Which candidates reach the goal, shape [N], Bool.</returns>
    public Tensor Offer_(Tensor candidates, Tensor logits, Tensor? rows = null)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var originals = rows is null ? _context.Originals : _context.Originals.index_select(0, rows);
        (candidates, logits) = Conformed(candidates.detach(), logits, rows);
        return Take_(candidates, logits, _context.ThreatModel.Norm.Measure(candidates - originals), rows).MoveToOuterDisposeScope();
    }

    /// <summary>The same by another measure of what is small.</summary>
    /// <param name="candidates">Shape [N, …], within the bounds.</param>
    /// <param name="logits">Theirs, shape [N, classes].</param>
    /// <param name="sizes">Shape [N].</param>
    /// <param name="rows">Which of the context's rows these are, shape [N], Int64; null: all of them.</param>
    public Tensor Offer_(Tensor candidates, Tensor logits, Tensor sizes, Tensor? rows)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        (candidates, logits) = Conformed(candidates.detach(), logits, rows);
        return Take_(candidates, logits, sizes, rows).MoveToOuterDisposeScope();
    }

    // Under constraints, what is valid is what counts: nothing else is judged, compared or kept.
    private (Tensor Candidates, Tensor Logits) Conformed(Tensor candidates, Tensor logits, Tensor? rows)
    {
        if (_context.ThreatModel.Constraints.AreNone)
        {
            return (candidates, logits);
        }

        var conformed = (rows is null ? _context : _context.Select(rows, stream: 0)).Conformed(candidates);
        return (conformed, _context.Classifier.Logits(conformed));
    }

    private Tensor Take_(Tensor candidates, Tensor logits, Tensor sizes, Tensor? rows)
    {
        using var scope = NewDisposeScope();
        var goal = rows is null ? _context.Goal : _context.Goal.Select(rows);
        var reached = goal.IsClearlyReached(logits.detach());
        var better = reached.logical_and(sizes.less(rows is null ? Sizes : Sizes.index_select(0, rows))).nonzero().flatten();
        if (better.shape[0] > 0)
        {
            var to = rows is null ? better : rows.index_select(0, better);
            Inputs.index_copy_(0, to, candidates.index_select(0, better));
            Sizes.index_copy_(0, to, sizes.index_select(0, better));
        }

        return reached.MoveToOuterDisposeScope();
    }
}
