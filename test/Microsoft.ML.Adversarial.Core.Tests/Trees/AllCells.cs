using Microsoft.ML.Adversarial.Classifiers;

namespace Microsoft.ML.Adversarial.Trees;

/// <summary>The definition: of all cells of the grid of thresholds, the nearest point of the nearest one that reaches the goal.</summary>
internal static class AllCells
{
    public static double SmallestSize(
        TreeClassifier classifier, float[] row, Func<int, bool> isGoal, double order, double[]? units = null, IReadOnlySet<int>? frozen = null,
        IReadOnlySet<int>? whole = null)
    {
        float[][] choices = [.. row.Select((value, feature) => Choices(classifier, value, feature, frozen, whole))];
        double smallest = double.PositiveInfinity;
        float[] point = new float[row.Length];
        Visit(0);
        return smallest;

        void Visit(int feature)
        {
            if (feature < row.Length)
            {
                foreach (float value in choices[feature])
                {
                    point[feature] = value;
                    Visit(feature + 1);
                }

                return;
            }

            float[] logits = TestTrees.Logits(classifier.Ensemble, point);
            if (isGoal(Array.IndexOf(logits, logits.Max())))
            {
                smallest = Math.Min(smallest, Size([.. row.Select((value, index) => Math.Abs((double)point[index] - value) / (units?[index] ?? 1))], order));
            }
        }
    }

    public static double Size(double[] changes, double order) => order switch
    {
        0 => changes.Count(change => change > 0),
        double.PositiveInfinity => changes.Max(),
        _ => Math.Pow(changes.Sum(change => Math.Pow(change, order)), 1 / order),
    };

    private static float[] Choices(TreeClassifier classifier, float value, int feature, IReadOnlySet<int>? frozen, IReadOnlySet<int>? whole)
    {
        if (frozen?.Contains(feature) == true)
        {
            return [value];
        }

        InputBounds bounds = classifier.Bounds;
        int pair = bounds.IsUniform ? 0 : feature;
        (float lower, float upper) = (Math.Max(bounds.Lower[pair], float.MinValue), Math.Min(bounds.Upper[pair], float.MaxValue));
        float[] thresholds = [.. classifier.Ensemble.Trees.SelectMany(trees => trees)
            .SelectMany(tree => tree.Features.Zip(tree.Thresholds)).Where(split => split.First == feature).Select(split => split.Second).Distinct().Order()];
        List<float> choices = [];
        for (int cell = 0; cell <= thresholds.Length; cell++)
        {
            float from = Math.Max(lower, cell == 0 ? lower : MathF.BitIncrement(thresholds[cell - 1]));
            float to = Math.Min(upper, cell == thresholds.Length ? upper : thresholds[cell]);
            (from, to) = whole?.Contains(feature) == true ? (MathF.Ceiling(from), MathF.Floor(to)) : (from, to);
            if (from <= to)
            {
                choices.Add(Math.Clamp(value, from, to));
            }
        }

        return [.. choices];
    }
}
