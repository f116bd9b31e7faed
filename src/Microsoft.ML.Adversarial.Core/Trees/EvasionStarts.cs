namespace Microsoft.ML.Adversarial.Trees;

/// <summary>Points that reach a row's goal, wherever they are, for searches to begin with.</summary>
internal sealed class EvasionStarts(TreeNodes nodes, EvasionRow row, EvasionGoal goal, LeafTupleSearch search)
{
    private const int Halvings = 10;
    private const int Doublings = 7;

    /// <summary>
    /// For each way to reach the goal a point that gives in to the trees one by one, those whose leaves differ most first: of the leaves that are
    /// left to a tree the one that speaks most for it.
    /// </summary>
    public IEnumerable<float[]> Greedy() => goal.Victories(nodes.ClassCount).Select(Greedy).Where(point => search.Reaches(point));

    /// <summary>The nearest point that differs in one feature; null where none reaches the goal.</summary>
    public float[]? OneFeature()
    {
        var (best, smallest) = ((float[]?)null, double.PositiveInfinity);
        float[] point = [.. row.Original];
        for (var feature = 0; feature < point.Length; feature++)
        {
            for (var cell = 0; cell <= nodes.ThresholdsOf(feature).Length; cell++)
            {
                if (TryNearest(feature, cell, out point[feature]) && row.Term(feature, point[feature]) is var term && term < smallest && search.Reaches(point))
                {
                    (best, smallest) = ([.. point], term);
                }
            }

            point[feature] = row.Original[feature];
        }

        return best;
    }

    /// <summary>
    /// The first point found that reaches the goal on the way from the row to one with each feature in a random cell between neighbouring thresholds;
    /// null where none does.
    /// </summary>
    /// <param name="numbers">One per used feature, uniform in (0, 1).</param>
    public float[]? Random(ReadOnlySpan<float> numbers)
    {
        var end = new float[row.Features];
        for (var feature = 0; feature < end.Length; feature++)
        {
            var cells = nodes.ThresholdsOf(feature).Length + 1;
            end[feature] = TryNearest(feature, Math.Min((int)(numbers[feature] * cells), cells - 1), out var value) ? value : row.Original[feature];
        }

        var near = 0.0;
        for (var far = Math.ScaleB(1, -Doublings); far <= 1; far *= 2)
        {
            if (search.Reaches(Between(end, far)))
            {
                return Between(end, Bisected(end, near, far));
            }

            near = far;
        }

        return null;
    }

    private bool TryNearest(int feature, int cell, out float value)
    {
        var thresholds = nodes.ThresholdsOf(feature);
        var lower = cell == 0 ? row.Lower[feature] : Math.Max(row.Lower[feature], float.BitIncrement(thresholds[cell - 1]));
        var upper = cell == thresholds.Length ? row.Upper[feature] : Math.Min(row.Upper[feature], thresholds[cell]);
        return row.TryNearest(feature, lower, upper, out value);
    }

    private float[] Greedy(Victory victory)
    {
        var box = new TreeBox(nodes, row.Features);
        box.Set(row.Lower, row.Upper);
        var leaves = new List<int>();
        foreach (var tree in victory.Classes.SelectMany(TreesOf).OrderByDescending(tree => box.Range(tree) is var range ? range.Greatest - range.Least : 0).ToArray())
        {
            leaves.Clear();
            box.Leaves(nodes.Roots[tree], leaves);
            var sign = nodes.ClassOf[tree] == victory.Winner ? 1 : -1;
            foreach (var leaf in leaves.OrderByDescending(leaf => sign * nodes.ValueOf(leaf)))
            {
                if (Fits(box, nodes.Paths[leaf]))
                {
                    box.Intersect(nodes.Paths[leaf]);
                    break;
                }
            }
        }

        return [.. row.Original.Select((original, feature) => row.TryNearest(feature, box.Lower[feature], box.Upper[feature], out var value) ? value : original)];
    }

    private IEnumerable<int> TreesOf(int classIndex) => Enumerable.Range(nodes.FirstTree[classIndex], nodes.FirstTree[classIndex + 1] - nodes.FirstTree[classIndex]);

    private bool Fits(TreeBox box, LeafPath path)
    {
        for (var index = 0; index < path.Features.Length; index++)
        {
            var feature = path.Features[index];
            if (!row.TryNearest(feature, Math.Max(box.Lower[feature], path.Lower[index]), Math.Min(box.Upper[feature], path.Upper[index]), out _))
            {
                return false;
            }
        }

        return true;
    }

    private double Bisected(float[] end, double near, double far)
    {
        for (var halving = 0; halving < Halvings; halving++)
        {
            var middle = (near + far) / 2;
            (near, far) = search.Reaches(Between(end, middle)) ? (near, middle) : (middle, far);
        }

        return far;
    }

    private float[] Between(float[] point, double share)
    {
        var between = new float[point.Length];
        for (var feature = 0; feature < point.Length; feature++)
        {
            var value = (float)(row.Original[feature] + (share * ((double)point[feature] - row.Original[feature])));
            between[feature] = row.TryNearest(feature, value, value, out _) ? value : point[feature];
        }

        return between;
    }
}
