using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm;

/// <summary>The smallest perturbed inputs that reach the goal, of all that a search has offered, row by row.</summary>
internal sealed class SmallestFound
{
    private readonly AttackContext<IDifferentiableClassifier> _context;
    private readonly Func<Tensor, Goal, Tensor> _demand;

    /// <param name="context">The rows that are attacked.</param>
    /// <param name="demand">Logits that reach the goal only where those it is given reach it clearly enough.</param>
    public SmallestFound(AttackContext<IDifferentiableClassifier> context, Func<Tensor, Goal, Tensor> demand)
    {
        (_context, _demand) = (context, demand);
        Inputs = context.Originals.clone();
        Sizes = new double[context.Originals.shape[0]];
        Array.Fill(Sizes, double.PositiveInfinity);
    }

    /// <summary>What was found, the originals where nothing was; shape [N, …].</summary>
    public Tensor Inputs { get; }

    /// <summary>The sizes of what was found, +∞ where nothing was.</summary>
    public double[] Sizes { get; }

    /// <summary>Takes what reaches the goal and is smaller, in the norm of the threat model, than what there was.</summary>
    /// <param name="candidates">Shape [M, …], within the bounds.</param>
    /// <param name="logits">Theirs, shape [M, classes].</param>
    /// <param name="rows">Which of the context's rows these are, shape [M], Int64; null: all of them.</param>
    /// <returns>Which candidates reach the goal, shape [M], Bool.</returns>
    public Tensor Offer_(Tensor candidates, Tensor logits, Tensor? rows = null)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        rows ??= arange(candidates.shape[0], device: candidates.device);
        (candidates, logits) = Conformed(candidates.detach(), logits, rows);
        var sizes = _context.ThreatModel.Norm.Measure(candidates - _context.Originals.index_select(0, rows)).to(ScalarType.Float64, CPU);
        var reached = Take_(candidates, logits, _context.Goal.Select(rows), sizes.data<double>().ToArray(), rows.cpu().data<long>().ToArray());
        return tensor(reached, device: candidates.device).MoveToOuterDisposeScope();
    }

    /// <summary>The same by another measure of what is small.</summary>
    /// <param name="candidates">Shape [M, …], within the bounds.</param>
    /// <param name="logits">Theirs, shape [M, classes].</param>
    /// <param name="goal">What these rows are to reach.</param>
    /// <param name="sizes">One per candidate.</param>
    /// <param name="rows">Which of the context's rows these are.</param>
    public bool[] Offer_(Tensor candidates, Tensor logits, Goal goal, double[] sizes, long[] rows)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        if (!_context.ThreatModel.Constraints.AreNone)
        {
            (candidates, logits) = Conformed(candidates.detach(), logits, tensor(rows, device: candidates.device));
        }

        return Take_(candidates, logits, goal, sizes, rows);
    }

    // Under constraints, what is valid is what counts: nothing else is judged, compared or kept.
    private (Tensor Candidates, Tensor Logits) Conformed(Tensor candidates, Tensor logits, Tensor rows)
    {
        if (_context.ThreatModel.Constraints.AreNone)
        {
            return (candidates, logits);
        }

        var conformed = _context.Select(rows, stream: 0).Conformed(candidates);
        return (conformed, _context.Classifier.Logits(conformed));
    }

    private bool[] Take_(Tensor candidates, Tensor logits, Goal goal, double[] sizes, long[] rows)
    {
        var margins = goal.ClearMargins(_demand(logits.detach(), goal));
        var (reached, better) = (new bool[rows.Length], new List<int>());
        for (var slot = 0; slot < rows.Length; slot++)
        {
            reached[slot] = margins[slot] > 0;
            if (reached[slot] && sizes[slot] < Sizes[rows[slot]])
            {
                Sizes[rows[slot]] = sizes[slot];
                better.Add(slot);
            }
        }

        Keep(candidates.detach(), better, rows);
        return reached;
    }

    private void Keep(Tensor candidates, List<int> slots, long[] rows)
    {
        if (slots.Count == 0)
        {
            return;
        }

        if (PlainCells.Have(candidates, Inputs))
        {
            // While a search gets nearer every row is kept at every step, and once over memory is half of what two tensor operations take.
            var from = PlainCells.Of(candidates);
            var to = PlainCells.Of(Inputs);
            var features = from.Length / rows.Length;
            foreach (var slot in slots)
            {
                from.Slice(slot * features, features).CopyTo(to.Slice((int)rows[slot] * features, features));
            }

            return;
        }

        var places = tensor(slots.ConvertAll(slot => rows[slot]).ToArray(), device: Inputs.device);
        Inputs.index_copy_(0, places, candidates.index_select(0, tensor(slots.ConvertAll(slot => (long)slot).ToArray(), device: Inputs.device)));
    }
}
