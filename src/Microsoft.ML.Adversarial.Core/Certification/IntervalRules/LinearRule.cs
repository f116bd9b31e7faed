using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Certification.IntervalRules;

/// <summary>y = Wx + b: the centre goes through the layer, the radius through |W|.</summary>
internal sealed class LinearRule(Linear layer) : IIntervalRule
{
    private Tensor Weight => layer.weight!;

    public IntervalBounds Propagate(IntervalBounds input, double rounding)
    {
        var centre = nn.functional.linear(input.Centre, Weight, layer.bias);
        var radius = nn.functional.linear(input.Radius, Weight.abs());
        var bounds = new IntervalBounds(centre - radius, centre + radius);
        return rounding > 0 ? bounds.Widened(Error(input, rounding)) : bounds;
    }

    /// <summary>Upper bounds of y_j − y_label: (w_j − w_label)·x has smaller bounds than its two parts.</summary>
    /// <returns>Shape [N, outputs].</returns>
    public Tensor Differences(IntervalBounds input, Tensor labels, double rounding)
    {
        var centre = nn.functional.linear(input.Centre, Weight, layer.bias);
        var worst = centre - centre.gather(1, labels.unsqueeze(1)) + DifferenceRadius(input.Radius, labels);
        if (rounding > 0)
        {
            var error = Error(input, rounding);
            worst = worst + error + error.gather(1, labels.unsqueeze(1));
        }

        return worst;
    }

    // Rows of one label share |W − w_label|: one matrix for each label instead of one for each row.
    private Tensor DifferenceRadius(Tensor radius, Tensor labels)
    {
        var order = labels.argsort();
        var parts = new List<Tensor>();
        var sorted = labels.index_select(0, order).cpu().data<long>().ToArray();
        for (var start = 0; start < sorted.Length;)
        {
            var end = Array.FindIndex(sorted, start, label => label != sorted[start]);
            var count = (end < 0 ? sorted.Length : end) - start;
            var rows = radius.index_select(0, order.narrow(0, start, count));
            parts.Add(nn.functional.linear(rows, (Weight - Weight[sorted[start]]).abs()));
            start += count;
        }

        return parts.Count == 0 ? radius.new_zeros([0, Weight.shape[0]]) : cat(parts, 0).index_select(0, order.argsort());
    }

    private Tensor Error(IntervalBounds input, double rounding) =>
        nn.functional.linear(input.Magnitude, Weight.abs(), layer.bias?.abs()) * RoundingError.OfSum(Weight.shape[1], rounding);
}
