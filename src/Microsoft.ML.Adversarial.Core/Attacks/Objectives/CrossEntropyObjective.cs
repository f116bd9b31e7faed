using System.Numerics;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Objectives;

internal sealed record CrossEntropyObjective : AttackObjective
{
    public override Tensor Value(Tensor logits, Goal goal)
    {
        using var scope = NewDisposeScope();
        var loss = nn.functional.cross_entropy(logits, goal.Classes, reduction: nn.Reduction.None);
        return (loss * goal.LossSign).MoveToOuterDisposeScope();
    }

    // ∂(cross-entropy)/∂z = softmax(z) − onehot: fed to backward directly, it saves the loss graph.
    public override Tensor Cotangent(Tensor logits, Goal goal)
    {
        using var scope = NewDisposeScope();
        if (logits.device_type == TorchSharp.DeviceType.CPU && logits.dtype is ScalarType.Float32 or ScalarType.Float64)
        {
            var cells = logits.contiguous().clone();
            if (logits.dtype == ScalarType.Float32)
            {
                ToCotangent<float>(cells, goal);
            }
            else
            {
                ToCotangent<double>(cells, goal);
            }

            return cells.MoveToOuterDisposeScope();
        }

        var index = goal.Classes.unsqueeze(1);
        var cotangent = logits.softmax(1);
        cotangent.scatter_add_(1, index, full_like(index, -1.0, logits.dtype));
        return (goal.LossSign < 0 ? cotangent.neg_() : cotangent).MoveToOuterDisposeScope();
    }

    internal override (double[] Values, Tensor Cotangent) Evaluate(Tensor logits, Goal goal)
    {
        using var scope = NewDisposeScope();
        var cells = logits.to(ScalarType.Float64, CPU).contiguous().clone();
        var values = ToCotangent<double>(cells, goal);
        return (values, cells.to(logits.dtype, logits.device).MoveToOuterDisposeScope());
    }

    // Logits become their cotangent, and what they are worth is returned. One loop: tensor operations would be 4 % of a small network's gradient.
    private static T[] ToCotangent<T>(Tensor logits, Goal goal)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using var classes = goal.Classes.cpu().contiguous();
        var labels = MemoryMarshal.Cast<byte, long>(classes.bytes);
        var cells = MemoryMarshal.Cast<byte, T>(logits.bytes);
        var sign = T.CreateChecked(goal.LossSign);
        var values = new T[labels.Length];
        for (var row = 0; row < values.Length; row++)
        {
            var line = cells.Slice(row * (cells.Length / values.Length), cells.Length / values.Length);
            ref var own = ref line[(int)labels[row]];
            var (logit, largest, sum) = (own, line[0], T.Zero);
            foreach (var value in line)
            {
                largest = value > largest ? value : largest;
            }

            foreach (ref var cell in line)
            {
                cell = T.Exp(cell - largest);
                sum += cell;
            }

            foreach (ref var cell in line)
            {
                cell = sign * cell / sum;
            }

            own -= sign;
            values[row] = sign * (T.Log(sum) + largest - logit);
        }

        return values;
    }
}
