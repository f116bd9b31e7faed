using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Certification.IntervalRules;

/// <summary>y = Wx + b: the centre goes through the layer, the radius through |W|.</summary>
internal sealed class LinearRule(Linear layer) : IIntervalRule
{
    public IntervalBounds Propagate(IntervalBounds input, double rounding)
    {
        var (weight, bias) = Parameters(input);
        var centre = nn.functional.linear(input.Centre, weight, bias);
        var radius = nn.functional.linear(input.Radius, weight.abs());
        var bounds = new IntervalBounds(centre - radius, centre + radius);
        return rounding > 0 ? bounds.Widened(Error(input, weight, bias, rounding)) : bounds;
    }

    /// <summary>Upper bounds of y_j − y_label: (w_j − w_label)·x has smaller bounds than its two parts.</summary>
    /// <returns>Shape [N, outputs].</returns>
    public Tensor Differences(IntervalBounds input, Tensor labels, double rounding)
    {
        var (weight, bias) = Parameters(input);
        var centre = nn.functional.linear(input.Centre, weight, bias);
        var worst = centre - centre.gather(1, labels.unsqueeze(1)) + DifferenceRadius(input.Radius, weight, labels);
        if (rounding > 0)
        {
            var error = Error(input, weight, bias, rounding);
            worst = worst + error + error.gather(1, labels.unsqueeze(1));
        }

        return worst;
    }

    // Rows of one label share |W − w_label|: one matrix for each label instead of one for each row.
    private static Tensor DifferenceRadius(Tensor radius, Tensor weight, Tensor labels)
    {
        var order = labels.argsort();
        var parts = new List<Tensor>();
        var sorted = labels.index_select(0, order).cpu().data<long>().ToArray();
        for (var start = 0; start < sorted.Length;)
        {
            var end = Array.FindIndex(sorted, start, label => label != sorted[start]);
            var count = (end < 0 ? sorted.Length : end) - start;
            var rows = radius.index_select(0, order.narrow(0, start, count));
            parts.Add(nn.functional.linear(rows, (weight - weight[sorted[start]]).abs()));
            start += count;
        }

        return parts.Count == 0 ? radius.new_zeros([0, weight.shape[0]]) : cat(parts, 0).index_select(0, order.argsort());
    }

    private static Tensor Error(IntervalBounds input, Tensor weight, Tensor? bias, double rounding) =>
        nn.functional.linear(input.Magnitude, weight.abs(), bias?.abs()) * RoundingError.OfSum(weight.shape[1], rounding);

    private (Tensor Weight, Tensor? Bias) Parameters(IntervalBounds input) =>
        (layer.weight!.to(input.Lower.dtype), layer.bias?.to(input.Lower.dtype));
}
