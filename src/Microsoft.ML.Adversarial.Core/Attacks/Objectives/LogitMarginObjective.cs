using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Objectives;

/// <summary>max of the other logits − the class's logit, to grow for a label and to shrink for a target (Carlini &amp; Wagner 2017, f6).</summary>
internal sealed record LogitMarginObjective : AttackObjective
{
    public override Tensor Value(Tensor logits, Goal goal)
    {
        using var scope = NewDisposeScope();
        var (index, rival) = Decisive(logits, goal);
        var margin = (logits.gather(1, rival) - logits.gather(1, index)).squeeze(1);
        return (goal.LossSign < 0 ? margin.neg() : margin).MoveToOuterDisposeScope();
    }

    public override Tensor Cotangent(Tensor logits, Goal goal)
    {
        using var scope = NewDisposeScope();
        var (index, rival) = Decisive(logits, goal);
        var sign = Everywhere(goal.LossSign, index, logits);
        return zeros_like(logits).scatter_(1, rival, sign).scatter_(1, index, -sign).MoveToOuterDisposeScope();
    }

    // One loop: as tensor operations it would be 10 % of a small network's gradient.
    internal override (double[] Values, Tensor Cotangent) Evaluate(Tensor logits, Goal goal)
    {
        using var scope = NewDisposeScope();
        var values = MemoryMarshal.Cast<byte, double>(logits.to(ScalarType.Float64, CPU).contiguous().bytes);
        var classes = MemoryMarshal.Cast<byte, long>(goal.Classes.cpu().contiguous().bytes);
        var cotangent = zeros(logits.shape, ScalarType.Float64);
        var cells = MemoryMarshal.Cast<byte, double>(cotangent.bytes);
        var margins = new double[classes.Length];
        var width = values.Length / Math.Max(1, margins.Length);
        for (var row = 0; row < margins.Length; row++)
        {
            var line = values.Slice(row * width, width);
            var own = (int)classes[row];
            var rival = own == 0 ? 1 : 0;
            for (var index = 0; index < width; index++)
            {
                rival = index != own && line[index] > line[rival] ? index : rival;
            }

            margins[row] = goal.LossSign * (line[rival] - line[own]);
            cells[(row * width) + rival] = goal.LossSign;
            cells[(row * width) + own] = -goal.LossSign;
        }

        return (margins, cotangent.to(logits.dtype, logits.device).MoveToOuterDisposeScope());
    }

    /// <summary>The most likely class but the goal's, shape [N, 1].</summary>
    public static Tensor RivalOf(Tensor logits, Goal goal)
    {
        var index = goal.Classes.unsqueeze(1);
        return logits.detach().scatter(1, index, Everywhere(double.NegativeInfinity, index, logits)).argmax(1, keepdim: true);
    }

    // Attacks come here at every query: TorchSharp can free the scalars of its operators while native code reads them, a tensor it keeps.
    private static Tensor Everywhere(double value, Tensor index, Tensor logits) => tensor(value, logits.dtype, logits.device).expand_as(index);

    private static (Tensor Index, Tensor Rival) Decisive(Tensor logits, Goal goal) => (goal.Classes.unsqueeze(1), RivalOf(logits, goal));
}
