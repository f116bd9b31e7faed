namespace Microsoft.ML.Adversarial.Trees;

/// <summary>
/// A decision tree with a number at every leaf. A split sends an input to its left child where <c>x[feature] &lt;= threshold</c>, else to its right
/// one: the rule of FastTree and LightGBM. NaN goes right.
/// </summary>
public sealed class DecisionTree
{
    /// <summary>A tree of splits and leaves. Children are numbered as in ML.NET: split s is s, leaf l is ~l. The root is split 0.</summary>
    /// <param name="features">The feature that each split looks at.</param>
    /// <param name="thresholds">The threshold of each split; not NaN.</param>
    /// <param name="leftChildren">Where each split sends inputs at most its threshold.</param>
    /// <param name="rightChildren">Where each split sends inputs above its threshold.</param>
    /// <param name="leafValues">The value of each leaf, finite; one more than there are splits.</param>
    /// <exception cref="ArgumentException">Counts differ, a number is out of its range, or the nodes are no tree.</exception>
    public DecisionTree(
        IReadOnlyList<int> features, IReadOnlyList<float> thresholds, IReadOnlyList<int> leftChildren, IReadOnlyList<int> rightChildren,
        IReadOnlyList<double> leafValues)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(thresholds);
        ArgumentNullException.ThrowIfNull(leftChildren);
        ArgumentNullException.ThrowIfNull(rightChildren);
        ArgumentNullException.ThrowIfNull(leafValues);
        (Features, Thresholds, LeftChildren, RightChildren) = ([.. features], [.. thresholds], [.. leftChildren], [.. rightChildren]);
        LeafValues = [.. leafValues];
        RequireTree();
    }

    /// <summary>A tree that is one leaf.</summary>
    /// <param name="value">What it says of every input.</param>
    public DecisionTree(double value)
        : this([], [], [], [], [value])
    {
    }

    /// <summary>The feature that each split looks at.</summary>
    public IReadOnlyList<int> Features { get; }

    /// <summary>The threshold of each split.</summary>
    public IReadOnlyList<float> Thresholds { get; }

    /// <summary>Where each split sends inputs at most its threshold: a split, or ~leaf.</summary>
    public IReadOnlyList<int> LeftChildren { get; }

    /// <summary>Where each split sends inputs above its threshold: a split, or ~leaf.</summary>
    public IReadOnlyList<int> RightChildren { get; }

    /// <summary>The value of each leaf.</summary>
    public IReadOnlyList<double> LeafValues { get; }

    private void RequireTree()
    {
        var splits = Features.Count;
        if (Thresholds.Count != splits || LeftChildren.Count != splits || RightChildren.Count != splits || LeafValues.Count != splits + 1)
        {
            throw new ArgumentException(
                $"Expected a threshold, a left and a right child for each of {splits} splits and {splits + 1} leaves, got {Thresholds.Count}, "
                + $"{LeftChildren.Count}, {RightChildren.Count} and {LeafValues.Count}.");
        }

        if (Features.Any(feature => feature < 0) || Thresholds.Any(float.IsNaN) || !LeafValues.All(double.IsFinite))
        {
            throw new ArgumentException("Expected features of at least 0, thresholds that are not NaN, and finite leaf values.");
        }

        var (splitsSeen, leavesSeen, open) = (new bool[splits], new bool[splits + 1], new Stack<int>([splits == 0 ? ~0 : 0]));
        while (open.TryPop(out var node))
        {
            var (seen, index) = node >= 0 ? (splitsSeen, node) : (leavesSeen, ~node);
            if (index >= seen.Length || seen[index])
            {
                throw new ArgumentException(
                    $"Expected nodes that form a tree, got {(node >= 0 ? "split" : "leaf")} {index} {(index < seen.Length ? "twice" : "which there is not")}.");
            }

            seen[index] = true;
            if (node >= 0)
            {
                open.Push(LeftChildren[node]);
                open.Push(RightChildren[node]);
            }
        }
    }
}
