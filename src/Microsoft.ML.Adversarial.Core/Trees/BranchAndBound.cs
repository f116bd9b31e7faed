namespace Microsoft.ML.Adversarial.Trees;

/// <summary>
/// The nearest point that reaches a goal, with proof, by best-first search over boxes: a box is dropped where the sums of each tree's best and
/// worst leaf on it leave no victory, and otherwise split where the tree that leaves most open does. The distance of the nearest box that is left
/// is a lower bound all along. Bounds of boxes are those of Chen et al. 2019 (arXiv:1906.03849) with one tree a group.
/// </summary>
internal sealed class BranchAndBound
{
    private readonly TreeNodes _nodes;
    private readonly EvasionRow _row;
    private readonly EvasionGoal _goal;
    private readonly TreeBox _box;
    private readonly PriorityQueue<BoxNode, (double Total, int Shallowness)> _open = new();
    private readonly double[] _treeValues;
    private readonly float[] _logits;
    private readonly float[] _nearest;

    /// <param name="nodes">The trees.</param>
    /// <param name="row">The row, which does not reach the goal.</param>
    /// <param name="goal">What to reach.</param>
    /// <param name="limit">The largest total to look for.</param>
    public BranchAndBound(TreeNodes nodes, EvasionRow row, EvasionGoal goal, double limit)
    {
        (_nodes, _row, _goal) = (nodes, row, goal);
        Limit = double.BitIncrement(limit);
        _box = new(nodes, row.Features);
        (_treeValues, _logits, _nearest) = (new double[nodes.Roots.Length], new float[nodes.ClassCount], new float[row.Features]);
        foreach (var victory in goal.Victories(nodes.ClassCount))
        {
            Push(new(null, victory, 0));
        }
    }

    /// <summary>The nearest point found; null where none was.</summary>
    public float[]? Best { get; private set; }

    /// <summary>Its total; until one is found, what totals must be below.</summary>
    public double Limit { get; private set; }

    /// <summary>The boxes that were looked at.</summary>
    public long Visited { get; private set; }

    /// <summary>Whether nothing nearer than <see cref="Limit"/> is left.</summary>
    public bool IsDone => !_open.TryPeek(out _, out var priority) || priority.Total >= Limit;

    /// <summary>No point of a smaller total reaches the goal.</summary>
    public double LowerBound => IsDone ? Limit : _open.TryPeek(out _, out var priority) ? priority.Total : Limit;

    /// <summary>Takes a point that reaches the goal if it is nearer than what there is.</summary>
    public void Offer(float[] point)
    {
        if (_row.Total(point) is var total && total < Limit)
        {
            (Best, Limit) = ([.. point], total);
        }
    }

    /// <summary>Looks at boxes until the search is done or has looked at so many.</summary>
    public void Run(long budget, CancellationToken cancellation)
    {
        while (!IsDone && Visited < budget && !cancellation.IsCancellationRequested)
        {
            Visited++;
            Expand(_open.Dequeue());
        }
    }

    private void Expand(BoxNode node)
    {
        Load(node);
        if (WidestTree(node.Victory) is not { } tree)
        {
            return;
        }

        if (tree < 0)
        {
            Nearest();
            Offer(_nearest);
            return;
        }

        var split = _box.FirstOpenSplit(tree);
        var (feature, threshold) = (_nodes.FeatureOf(split), _nodes.ThresholdOf(split));
        Nearest();
        Branch(node, feature, _box.Lower[feature], threshold);
        Branch(node, feature, float.BitIncrement(threshold), _box.Upper[feature]);
    }

    private void Load(BoxNode node)
    {
        _box.Set(_row.Lower, _row.Upper);
        for (var part = node; part.Parent is not null; part = part.Parent)
        {
            _box.Intersect(part.Feature, part.Lower, part.Upper);
        }

        _row.Cut_(_box.Lower, _box.Upper, node.Total, Limit);
    }

    private void Nearest()
    {
        for (var feature = 0; feature < _nearest.Length; feature++)
        {
            _row.TryNearest(feature, _box.Lower[feature], _box.Upper[feature], out _nearest[feature]);
        }
    }

    // The tree that leaves most open on the box; −1 where none leaves anything open, null where there is no victory on the box.
    private int? WidestTree(Victory victory)
    {
        var (widest, width) = (-1, 0.0);
        Bound(victory.Winner, isWinner: true, ref widest, ref width);
        foreach (var loser in victory.Losers)
        {
            Bound(loser, isWinner: false, ref widest, ref width);
        }

        return victory.Happens(_logits) ? widest : null;
    }

    private void Bound(int classIndex, bool isWinner, ref int widest, ref double width)
    {
        for (var tree = _nodes.FirstTree[classIndex]; tree < _nodes.FirstTree[classIndex + 1]; tree++)
        {
            var (least, greatest) = _box.Range(tree);
            _treeValues[tree] = isWinner ? greatest : least;
            (widest, width) = greatest - least > width ? (tree, greatest - least) : (widest, width);
        }

        _logits[classIndex] = _nodes.Logit(classIndex, _treeValues);
    }

    private void Branch(BoxNode node, int feature, float lower, float upper)
    {
        if (!_row.TryNearest(feature, lower, upper, out var value))
        {
            return;
        }

        var total = _row.Grown(node.Total, _row.Term(feature, _nearest[feature]), _row.Term(feature, value));
        if (total >= Limit)
        {
            return;
        }

        if (value != _nearest[feature])
        {
            TryNearestOf(feature, value);
        }

        Push(new(node, node.Victory, total) { Feature = feature, Lower = lower, Upper = upper });
    }

    // Victories are found early this way, and what is further away need not be searched.
    private void TryNearestOf(int feature, float value)
    {
        var before = _nearest[feature];
        _nearest[feature] = value;
        _nodes.Logits(_nearest, _logits);
        if (_goal.IsReached(_logits))
        {
            Offer(_nearest);
        }

        _nearest[feature] = before;
    }

    private void Push(BoxNode node) => _open.Enqueue(node, (node.Total, -node.Depth));
}
