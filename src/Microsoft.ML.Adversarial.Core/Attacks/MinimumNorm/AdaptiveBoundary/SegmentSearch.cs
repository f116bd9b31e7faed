using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm.AdaptiveBoundary;

/// <summary>
/// The final search of FAB (Croce &amp; Hein 2020, arXiv:1907.02044, section 2.4): looks for the boundary between what was found and the original,
/// where it would be if the margin changed linearly in between. A step takes one forward pass.
/// </summary>
/// <param name="context">The rows of the search.</param>
/// <param name="found">What was found for them; takes what is smaller.</param>
internal sealed class SegmentSearch(AttackContext<IDifferentiableClassifier> context, SmallestFound found)
{
    // At the boundary itself rounding decides whether the goal is reached.
    private const double Caution = 0.99;

    /// <summary>Searches.</summary>
    /// <param name="places">Which rows; those for which nothing was found stay.</param>
    /// <param name="steps">How many steps to take.</param>
    public void Run(long[] places, int steps)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        long[] known = [.. places.Where(row => double.IsFinite(found.Sizes[row]))];
        if (known.Length == 0)
        {
            return;
        }

        var rows = tensor(known, device: context.Originals.device);
        var goal = context.Goal.Select(rows);
        var (outer, inner) = (found.Inputs.index_select(0, rows), context.Originals.index_select(0, rows));
        var (above, below) = (Margins(context.Classifier.Logits(outer)), Margins(context.Classifier.Logits(inner)));
        for (var step = 0; step < steps; step++)
        {
            var share = (above / (above - below) * Caution).nan_to_num(0, 0, 0).clamp_(0, 1);
            var middle = outer + ((inner - outer) * Norm.PerRow(share, outer).to(outer.dtype));
            var logits = context.Classifier.Logits(middle);
            found.Offer_(middle, logits, rows);
            var margins = Margins(logits);
            var reached = margins.greater(0);
            (above, below) = (where(reached, margins, above), where(reached, below, margins));
            var nearer = Norm.PerRow(reached, outer);
            (outer, inner) = (where(nearer, middle, outer), where(nearer, inner, middle));
        }

        Tensor Margins(Tensor logits) => tensor(goal.ClearMargins(logits), device: logits.device);
    }
}
