namespace Microsoft.ML.Adversarial.Trees;

/// <summary>A box of inputs, an interval per used feature with both ends included, and what trees can say on it.</summary>
internal sealed class TreeBox(TreeNodes nodes, int features)
{
    public float[] Lower { get; } = new float[features];

    public float[] Upper { get; } = new float[features];

    public void Set(float[] lower, float[] upper)
    {
        lower.CopyTo(Lower, 0);
        upper.CopyTo(Upper, 0);
    }

    public void Intersect(LeafPath path)
    {
        for (var index = 0; index < path.Features.Length; index++)
        {
            Intersect(path.Features[index], path.Lower[index], path.Upper[index]);
        }
    }

    public void Intersect(int feature, float lower, float upper)
    {
        Lower[feature] = Math.Max(Lower[feature], lower);
        Upper[feature] = Math.Min(Upper[feature], upper);
    }

    /// <summary>The smallest and the largest value that a tree has on the box.</summary>
    public (double Least, double Greatest) Range(int tree)
    {
        var range = (Least: double.PositiveInfinity, Greatest: double.NegativeInfinity);
        Widen(nodes.Roots[tree], ref range);
        return range;
    }

    /// <summary>The leaves that some input of the box reaches.</summary>
    public void Leaves(int node, List<int> leaves)
    {
        if (node < 0)
        {
            leaves.Add(~node);
            return;
        }

        if (GoesLeft(node))
        {
            Leaves(nodes.LeftOf(node), leaves);
        }

        if (GoesRight(node))
        {
            Leaves(nodes.RightOf(node), leaves);
        }
    }

    /// <summary>The first split of a tree that sends inputs of the box both ways; there must be one.</summary>
    public int FirstOpenSplit(int tree)
    {
        var node = nodes.Roots[tree];
        while (GoesLeft(node) != GoesRight(node))
        {
            node = GoesLeft(node) ? nodes.LeftOf(node) : nodes.RightOf(node);
        }

        return node;
    }

    private bool GoesLeft(int split) => Lower[nodes.FeatureOf(split)] <= nodes.ThresholdOf(split);

    private bool GoesRight(int split) => Upper[nodes.FeatureOf(split)] > nodes.ThresholdOf(split);

    private void Widen(int node, ref (double Least, double Greatest) range)
    {
        while (node >= 0)
        {
            var (left, right) = (GoesLeft(node), GoesRight(node));
            if (left && right)
            {
                Widen(nodes.LeftOf(node), ref range);
            }

            node = right ? nodes.RightOf(node) : nodes.LeftOf(node);
        }

        var value = nodes.ValueOf(~node);
        range = (Math.Min(range.Least, value), Math.Max(range.Greatest, value));
    }
}
