using System.Runtime.InteropServices;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Saliency;

/// <summary>
/// Jacobian-based saliency map attack, JSMA (Papernot et al. 2016, arXiv:1511.07528, algorithms 2 and 3): moves two features at a time by θ,
/// the pair that adds most to the target's output while it takes most from the others', until the goal is reached or a share γ of the
/// features is used up. The best of all pairs is found. Without a target it goes for every class in turn, the likeliest first, and keeps the
/// smallest success of each row. Defaults: θ = 1, γ = 14.5 % and all changes in one direction, as in the paper.
/// </summary>
[AttackName("jsma", Norms = ["L0"], Reference = "Papernot et al. 2016, arXiv:1511.07528")]
public sealed record JacobianSaliencyMapAttack : MinimumNormAttack
{
    private readonly double _theta = 1;
    private readonly double _gamma = 0.145;

    /// <summary>Changes as few features as it can, of at most a share <see cref="Gamma"/>.</summary>
    public JacobianSaliencyMapAttack()
        : this(Norm.L0, double.PositiveInfinity)
    {
    }

    /// <summary>Changes at most ε features, if that is fewer than the share <see cref="Gamma"/>.</summary>
    /// <param name="norm">L0.</param>
    /// <param name="epsilon">Largest number of changed features, at least 0; +∞ leaves it to <see cref="Gamma"/>.</param>
    public JacobianSaliencyMapAttack(Norm norm, double epsilon)
        : base(new ThreatModel(norm, epsilon))
    {
    }

    /// <summary>
    /// θ: what a chosen feature moves by, in the units of the features, up to its bound; below 0, features decrease. Not 0. Default 1, in
    /// [0, 1] all the way.
    /// </summary>
    public double Theta
    {
        get => _theta;
        init => _theta = InRange(value, value != 0 && double.IsFinite(value), "finite and not 0", nameof(Theta));
    }

    /// <summary>γ: the share of features that may change, above 0, at most 1: ⌊γ·features/2⌋ pairs are moved. Default 0.145.</summary>
    public double Gamma
    {
        get => _gamma;
        init => _gamma = InRange(value, value is > 0 and <= 1, "> 0 and <= 1", nameof(Gamma));
    }

    /// <summary>
    /// What the saliency map is made of. Default: softmax, the output that the paper's definitions speak of; its experiments use logits, because
    /// derivatives of probabilities vanish, which those of their logarithms, in the same direction, do not.
    /// </summary>
    public SaliencySource Source { get; init; } = SaliencySource.Softmax;

    /// <summary>
    /// Whether a pair moves by |θ| in whichever direction is more salient, rather than always in that of θ (Wiyatno &amp; Xu 2018,
    /// arXiv:1808.07945); a feature never moves back. Default false.
    /// </summary>
    public bool BothDirections { get; init; }

    private protected override void Search(AttackContext<IDifferentiableClassifier> context, SmallestFound found)
    {
        var rows = arange(context.Originals.shape[0], device: context.Originals.device);
        if (context.Goal.LossSign < 0)
        {
            Follow(context, found, rows, context.Goal.Classes);
            return;
        }

        foreach (var targets in Rivals(context).unbind(1).TakeWhile(_ => !context.WasCancelled))
        {
            Follow(context, found, rows, targets);
        }
    }

    // Every class but the label, the likeliest first; shape [N, classes − 1].
    private static Tensor Rivals(AttackContext<IDifferentiableClassifier> context)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var logits = context.Classifier.Logits(context.Originals);
        var labels = context.Goal.Classes.unsqueeze(1);
        logits.scatter_(1, labels, full_like(labels, double.NegativeInfinity, logits.dtype));
        return logits.argsort(1, descending: true).narrow(1, 0, logits.shape[1] - 1).MoveToOuterDisposeScope();
    }

    private void Follow(AttackContext<IDifferentiableClassifier> context, SmallestFound found, Tensor rows, Tensor targets)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var (originals, inputs) = (context.Originals, context.Originals);
        var bounds = context.Classifier.Bounds.ToTensors(originals);
        var pairs = PairCount(originals.numel() / originals.shape[0]);
        for (var step = 0; rows.shape[0] > 0 && !context.WasCancelled; step++)
        {
            using var scopeOfStep = NewDisposeScope();
            var leaf = inputs.detach().requires_grad_();
            Tensor logits;
            using (enable_grad())
            {
                logits = context.Classifier.Logits(leaf);
            }

            var reached = found.Offer_(leaf, logits, rows);
            if (step == pairs)
            {
                break;
            }

            var moved = Move(context, inputs, originals, bounds, SaliencyMap.Of(Source, leaf, logits, targets));
            var size = Norm.L0.Measure(moved - originals);
            var open = reached.logical_not()
                .logical_and(moved.ne(inputs).flatten(1).any(1))
                .logical_and(size.less(tensor(found.Sizes, device: rows.device).index_select(0, rows)))
                .nonzero().flatten();
            (inputs, originals) = (moved.index_select(0, open).MoveToOuterDisposeScope(), originals.index_select(0, open).MoveToOuterDisposeScope());
            (rows, targets) = (rows.index_select(0, open).MoveToOuterDisposeScope(), targets.index_select(0, open).MoveToOuterDisposeScope());
        }
    }

    // Rows without a salient pair stay where they are.
    private Tensor Move(
        AttackContext<IDifferentiableClassifier> context, Tensor inputs, Tensor originals, (Tensor Lower, Tensor Upper) bounds, SaliencyMap map)
    {
        var features = inputs.numel() / inputs.shape[0];
        var best = new (SalientPair Pair, int Direction)[inputs.shape[0]];
        foreach (var direction in BothDirections ? [1, -1] : new[] { Math.Sign(Theta) })
        {
            var free = direction > 0
                ? inputs.less(bounds.Upper).logical_and_(inputs.greater_equal(originals))
                : inputs.greater(bounds.Lower).logical_and_(inputs.less_equal(originals));
            free.logical_and_(context.Units.Open(full_like(inputs, direction), inputs, originals).ne(0));
            foreach (var (row, pair) in map.Pairs(context.Units.Free(free), direction).Index())
            {
                best[row] = pair.Saliency > best[row].Pair.Saliency ? (pair, direction) : best[row];
            }
        }

        var moves = zeros([best.Length, features], dtype: ScalarType.Float64);
        var cells = MemoryMarshal.Cast<byte, double>(moves.bytes);
        foreach (var (row, (pair, direction)) in best.Index())
        {
            if (pair.Saliency > 0)
            {
                cells[(int)((row * features) + pair.First)] = cells[(int)((row * features) + pair.Second)] = direction * Math.Abs(Theta);
            }
        }

        return (inputs + moves.to(inputs.dtype, inputs.device).reshape(inputs.shape)).clamp_(bounds.Lower, bounds.Upper);
    }

    private int PairCount(long features) => (int)(Math.Min(Math.Floor((Gamma * features) + 1e-9), ThreatModel.Epsilon) / 2);
}
