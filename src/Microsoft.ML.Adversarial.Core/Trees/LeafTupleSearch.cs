namespace Microsoft.ML.Adversarial.Trees;

/// <summary>
/// The descent of Zhang, Zhang &amp; Hsieh 2020 (arXiv:2010.11598, algorithm 1): from an adversarial point to the nearest point of its leaf tuple,
/// and on to the nearest adversarial tuple that differs in the leaf of one tree, as long as that is nearer. Only trees that hold the point away
/// from the row can bring it nearer. Beyond the paper, features are put back one by one where that gains something.
/// </summary>
internal sealed class LeafTupleSearch
{
    private readonly TreeNodes _nodes;
    private readonly EvasionRow _row;
    private readonly EvasionGoal _goal;
    private readonly int[] _leaves;
    private readonly double[] _treeValues;
    private readonly float[] _logits;
    private readonly TupleBounds _bounds;
    private readonly TreeBox _box;
    private readonly double[] _terms;
    private readonly bool[] _patched;

    public LeafTupleSearch(TreeNodes nodes, EvasionRow row, EvasionGoal goal)
    {
        (_nodes, _row, _goal) = (nodes, row, goal);
        (_leaves, _treeValues, _logits) = (new int[nodes.Roots.Length], new double[nodes.Roots.Length], new float[nodes.ClassCount]);
        (_bounds, _box) = (new(row), new(nodes, row.Features));
        (_terms, _patched) = (new double[row.Features], new bool[row.Features]);
    }

    /// <summary>Whether a point reaches the goal.</summary>
    public bool Reaches(ReadOnlySpan<float> point)
    {
        _nodes.Logits(point, _logits);
        return _goal.IsReached(_logits);
    }

    /// <summary>Goes from a point that reaches the goal to nearer ones that do, in place, until none of its neighbours is.</summary>
    public void Descend_(float[] point)
    {
        do
        {
            Settle_(point);
        }
        while (TryStep_(point) || (!_row.IsByLargest && TryPutBack_(point)));
    }

    // The nearest point of the same leaf tuple.
    private void Settle_(float[] point)
    {
        _bounds.Clear();
        for (var tree = 0; tree < _leaves.Length; tree++)
        {
            _leaves[tree] = _nodes.LeafOf(tree, point);
            _treeValues[tree] = _nodes.ValueOf(_leaves[tree]);
            _bounds.Add(tree, _nodes.Paths[_leaves[tree]]);
        }

        _box.Set(_bounds.Lower, _bounds.Upper);
        for (var feature = 0; feature < point.Length; feature++)
        {
            _row.TryNearest(feature, _box.Lower[feature], _box.Upper[feature], out point[feature]);
            _terms[feature] = _row.Term(feature, point[feature]);
        }

        for (var index = 0; index < _logits.Length; index++)
        {
            _logits[index] = _nodes.Logit(index, _treeValues);
        }
    }

    private bool TryStep_(float[] point)
    {
        var total = _row.Total(point);
        int[] moved = [.. Enumerable.Range(0, point.Length).Where(feature => _terms[feature] > 0)];
        var neighbours = new List<(double Total, int Tree, int Leaf)>();
        var leaves = new List<int>();
        foreach (var tree in moved.Select(feature => _bounds.Holder(feature, point[feature] > _row.Original[feature])).Where(tree => tree >= 0).Distinct())
        {
            var path = _nodes.Paths[_leaves[tree]];
            Release(tree, path);
            leaves.Clear();
            _box.Leaves(_nodes.Roots[tree], leaves);
            foreach (var leaf in leaves.Where(leaf => leaf != _leaves[tree]))
            {
                var nearer = Total(moved, path, _nodes.Paths[leaf]);
                if (nearer < total * (1 - 1e-12))
                {
                    neighbours.Add((nearer, tree, leaf));
                }
            }

            Restore(path);
        }

        foreach (var (_, tree, leaf) in neighbours.Order())
        {
            if (IsAdversarial(tree, leaf))
            {
                Move_(point, tree, leaf);
                return true;
            }
        }

        return false;
    }

    // Where changes add up, one that is not needed may hold several trees at once.
    private bool TryPutBack_(float[] point)
    {
        var any = false;
        foreach (var feature in Enumerable.Range(0, point.Length).Where(feature => _terms[feature] > 0).OrderByDescending(feature => _terms[feature]))
        {
            var value = point[feature];
            point[feature] = _row.Original[feature];
            var reached = Reaches(point);
            point[feature] = reached ? point[feature] : value;
            any |= reached;
        }

        return any;
    }

    private void Release(int tree, LeafPath path)
    {
        foreach (var feature in path.Features)
        {
            (_box.Lower[feature], _box.Upper[feature]) = _bounds.Without(tree, feature);
        }
    }

    private void Restore(LeafPath path)
    {
        foreach (var feature in path.Features)
        {
            (_box.Lower[feature], _box.Upper[feature]) = (_bounds.Lower[feature], _bounds.Upper[feature]);
        }
    }

    // The distance of the box without the tree's leaf, cut by another leaf; infinite where that leaves nothing.
    private double Total(int[] moved, LeafPath released, LeafPath leaf)
    {
        var total = 0.0;
        for (var index = 0; index < leaf.Features.Length; index++)
        {
            var feature = leaf.Features[index];
            _patched[feature] = true;
            var (lower, upper) = (Math.Max(_box.Lower[feature], leaf.Lower[index]), Math.Min(_box.Upper[feature], leaf.Upper[index]));
            total = _row.With(total, _row.TryNearest(feature, lower, upper, out var value) ? _row.Term(feature, value) : double.PositiveInfinity);
        }

        foreach (var feature in released.Features)
        {
            if (!_patched[feature])
            {
                _patched[feature] = true;
                _row.TryNearest(feature, _box.Lower[feature], _box.Upper[feature], out var value);
                total = _row.With(total, _row.Term(feature, value));
            }
        }

        foreach (var feature in moved)
        {
            total = _patched[feature] ? total : _row.With(total, _terms[feature]);
        }

        foreach (var feature in released.Features.Concat(leaf.Features))
        {
            _patched[feature] = false;
        }

        return total;
    }

    private bool IsAdversarial(int tree, int leaf)
    {
        var (before, index) = (_treeValues[tree], _nodes.ClassOf[tree]);
        var logit = _logits[index];
        _treeValues[tree] = _nodes.ValueOf(leaf);
        _logits[index] = _nodes.Logit(index, _treeValues);
        var reached = _goal.IsReached(_logits);
        (_treeValues[tree], _logits[index]) = (before, logit);
        return reached;
    }

    private void Move_(float[] point, int tree, int leaf)
    {
        Release(tree, _nodes.Paths[_leaves[tree]]);
        _box.Intersect(_nodes.Paths[leaf]);
        for (var feature = 0; feature < point.Length; feature++)
        {
            _row.TryNearest(feature, _box.Lower[feature], _box.Upper[feature], out point[feature]);
        }
    }
}
