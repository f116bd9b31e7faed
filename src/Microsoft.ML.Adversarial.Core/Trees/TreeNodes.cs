namespace Microsoft.ML.Adversarial.Trees;

/// <summary>
/// The nodes of all trees of an ensemble in plain arrays, the trees of one class after those of another. Splits know features by their place among
/// those that any split looks at. Every sum of an ensemble is taken here, in one order: addition and rounding are monotone, so that the sum of
/// each tree's largest value over a box is never below any sum over the box as it is computed.
/// </summary>
internal sealed class TreeNodes
{
    private readonly double[] _biases;
    private readonly int[] _features;
    private readonly float[] _thresholds;
    private readonly int[] _left;
    private readonly int[] _right;
    private readonly double[] _leaves;
    private readonly float[][] _thresholdsOf;

    public TreeNodes(TreeEnsemble ensemble)
    {
        var trees = ensemble.Trees.SelectMany(of => of).ToArray();
        _biases = [.. ensemble.Biases];
        FirstTree = [0, .. ensemble.Trees.Select((_, index) => ensemble.Trees.Take(index + 1).Sum(of => of.Count))];
        ClassOf = [.. ensemble.Trees.SelectMany((of, index) => of.Select(_ => index))];
        UsedFeatures = [.. trees.SelectMany(tree => tree.Features).Distinct().Order()];
        var place = UsedFeatures.Select((feature, index) => (feature, index)).ToDictionary(pair => pair.feature, pair => pair.index);
        Roots = new int[trees.Length];
        _features = [.. trees.SelectMany(tree => tree.Features).Select(feature => place[feature])];
        _thresholds = [.. trees.SelectMany(tree => tree.Thresholds)];
        (_left, _right) = (new int[_features.Length], new int[_features.Length]);
        _leaves = [.. trees.SelectMany(tree => tree.LeafValues)];
        var (split, leaf) = (0, 0);
        for (var index = 0; index < trees.Length; index++)
        {
            var (tree, splitsBefore, leavesBefore) = (trees[index], split, leaf);
            Roots[index] = Place(tree.Features.Count == 0 ? ~0 : 0);
            for (var node = 0; node < tree.Features.Count; node++, split++)
            {
                (_left[split], _right[split]) = (Place(tree.LeftChildren[node]), Place(tree.RightChildren[node]));
            }

            leaf += tree.LeafValues.Count;
            int Place(int node) => node >= 0 ? node + splitsBefore : ~(~node + leavesBefore);
        }

        _thresholdsOf =
        [
            .. UsedFeatures.Select((_, feature) => _thresholds.Where((_, node) => _features[node] == feature).Distinct().Order().ToArray()),
        ];
        Paths = new LeafPath[_leaves.Length];
        foreach (var root in Roots)
        {
            Note(root, []);
        }
    }

    /// <summary>The trees of class c are those from the c-th of these on and before the next.</summary>
    public int[] FirstTree { get; }

    /// <summary>The class that each tree votes for.</summary>
    public int[] ClassOf { get; }

    /// <summary>The features of inputs that some split looks at, ascending.</summary>
    public int[] UsedFeatures { get; }

    /// <summary>The node that each tree begins with.</summary>
    public int[] Roots { get; }

    /// <summary>What each leaf demands of an input.</summary>
    public LeafPath[] Paths { get; }

    public int ClassCount => _biases.Length;

    public int FeatureOf(int split) => _features[split];

    public float ThresholdOf(int split) => _thresholds[split];

    /// <summary>The thresholds that inputs are compared with in a used feature, ascending.</summary>
    public float[] ThresholdsOf(int feature) => _thresholdsOf[feature];

    public int LeftOf(int split) => _left[split];

    public int RightOf(int split) => _right[split];

    public double ValueOf(int leaf) => _leaves[leaf];

    /// <summary>The leaf that a tree sends an input to.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="values">The values of the used features.</param>
    public int LeafOf(int tree, ReadOnlySpan<float> values)
    {
        var node = Roots[tree];
        while (node >= 0)
        {
            node = values[_features[node]] <= _thresholds[node] ? _left[node] : _right[node];
        }

        return ~node;
    }

    /// <summary>A class's logit, from a value of each tree.</summary>
    public float Logit(int classIndex, ReadOnlySpan<double> treeValues)
    {
        var sum = 0.0;
        for (var tree = FirstTree[classIndex]; tree < FirstTree[classIndex + 1]; tree++)
        {
            sum += treeValues[tree];
        }

        return (float)(sum + _biases[classIndex]);
    }

    /// <summary>All logits of an input.</summary>
    /// <param name="values">The values of the used features.</param>
    /// <param name="logits">Takes one per class.</param>
    public void Logits(ReadOnlySpan<float> values, Span<float> logits)
    {
        for (var classIndex = 0; classIndex < logits.Length; classIndex++)
        {
            var sum = 0.0;
            for (var tree = FirstTree[classIndex]; tree < FirstTree[classIndex + 1]; tree++)
            {
                sum += _leaves[LeafOf(tree, values)];
            }

            logits[classIndex] = (float)(sum + _biases[classIndex]);
        }
    }

    private void Note(int node, List<(int Feature, float Threshold, bool Left)> path)
    {
        if (node < 0)
        {
            Paths[~node] = LeafPath.Of(path);
            return;
        }

        Note(_left[node], [.. path, (_features[node], _thresholds[node], true)]);
        Note(_right[node], [.. path, (_features[node], _thresholds[node], false)]);
    }
}
