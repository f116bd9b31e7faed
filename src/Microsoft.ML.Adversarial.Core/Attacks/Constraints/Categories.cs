using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Constraints;

/// <summary>One-hot groups of features: of each, exactly one is 1 and the others are 0.</summary>
internal sealed class Categories(IReadOnlyList<FeatureSet> groups, Device device)
{
    private const double RelativeSlack = 1e-6;

    private readonly Tensor[] _groups = [.. groups.Select(group => tensor(group.Select(feature => (long)feature).ToArray(), device: device))];

    /// <summary>
    /// Gradients shifted, in each group, so that only the category which gains most is above 0. Changes of categories add up to 0, so that a shift
    /// means nothing to them; but signs would send all categories that gain to 1 alike.
    /// </summary>
    public Tensor Centred(Tensor gradients) => Each(gradients, values =>
    {
        var (largest, _) = values.topk(2, 1);
        return values - largest.mean([1], keepdim: true);
    });

    /// <summary>The category with the largest value; shape [N, features].</summary>
    public Tensor Nearest(Tensor rows) => Each(rows, values => Of(values.argmax(1, keepdim: true), values));

    /// <summary>
    /// The likeliest other category, where its lead over the original one, which goes from −1 to 1, reaches the threshold, that from ½ to 1; else
    /// the original.
    /// </summary>
    public Tensor Rounded(Tensor rows, Tensor originals, Tensor threshold)
    {
        foreach (var group in _groups)
        {
            var (values, original) = (rows.index_select(1, group), originals.index_select(1, group));
            var current = original.argmax(1, keepdim: true);
            var rival = values.scatter(1, current, full_like(current, double.NegativeInfinity, values.dtype)).argmax(1, keepdim: true);
            var lead = values.gather(1, rival) - values.gather(1, current);
            rows = rows.index_copy(1, group, where(lead.greater(((threshold * 2) - 1) * (1 - RelativeSlack)), Of(rival, values), original));
        }

        return rows;
    }

    /// <summary>The first row and group that have not exactly one 1 and otherwise 0.</summary>
    public (long Row, FeatureSet Group)? FirstInvalid(Tensor rows)
    {
        foreach (var (group, indices) in groups.Zip(_groups))
        {
            var values = rows.index_select(1, indices);
            var invalid = values.eq(1).sum(1).ne(1).logical_or_(values.eq(0).sum(1).ne(group.Count - 1)).nonzero();
            if (invalid.shape[0] > 0)
            {
                return (invalid[0, 0].item<long>(), group);
            }
        }

        return null;
    }

    private static Tensor Of(Tensor chosen, Tensor values) => zeros_like(values).scatter_(1, chosen, ones_like(chosen, values.dtype));

    private Tensor Each(Tensor rows, Func<Tensor, Tensor> change) =>
        _groups.Aggregate(rows, (all, group) => all.index_copy(1, group, change(all.index_select(1, group))));
}
