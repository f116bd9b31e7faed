using Microsoft.ML.Adversarial.Classifiers;

namespace Microsoft.ML.Adversarial.Trees;

/// <summary>Random ensembles, the same for the same seed.</summary>
internal static class TestTrees
{
    /// <summary>An ensemble whose thresholds are multiples of 1/16, so that trees share some, with leaves in [-1, 1].</summary>
    public static TreeEnsemble Ensemble(int seed, int features, int classes, int treesPerClass, int splits)
    {
        Random random = new(seed);
        return new(
            features,
            [.. Enumerable.Range(0, classes).Select(_ => Enumerable.Range(0, treesPerClass).Select(_ => Tree(random, features, splits)).ToArray())],
            [.. Enumerable.Range(0, classes).Select(_ => random.NextDouble() - 0.5)]);
    }

    public static TreeClassifier Classifier(int seed, int features, int classes, int treesPerClass, int splits, InputBounds? bounds = null) =>
        new(Ensemble(seed, features, classes, treesPerClass, splits), bounds ?? InputBounds.Unit);

    public static DecisionTree Tree(Random random, int features, int splits)
    {
        int[] left = new int[splits];
        int[] right = new int[splits];
        for (int split = 0; split < splits; split++)
        {
            // Hangs the new split where a leaf was.
            (left[split], right[split]) = (~split, ~(split + 1));
            if (split > 0)
            {
                int leaf = random.Next(split + 1);
                (int parent, bool isLeft) = Enumerable.Range(0, split)
                    .SelectMany(node => new[] { (node, true), (node, false) })
                    .First(place => (place.Item2 ? left : right)[place.node] == ~leaf);
                (isLeft ? left : right)[parent] = split;
                left[split] = ~leaf;
            }
        }

        return new(
            [.. Enumerable.Range(0, splits).Select(_ => random.Next(features))],
            [.. Enumerable.Range(0, splits).Select(_ => random.Next(1, 16) / 16f)],
            left, right,
            [.. Enumerable.Range(0, splits + 1).Select(_ => (random.NextDouble() * 2) - 1)]);
    }

    /// <summary>The logits by following each tree, one input at a time.</summary>
    public static float[] Logits(TreeEnsemble ensemble, float[] input) =>
        [.. ensemble.Trees.Zip(ensemble.Biases, (trees, bias) => (float)(trees.Aggregate(0.0, (sum, tree) => sum + Value(tree, input)) + bias))];

    private static double Value(DecisionTree tree, float[] input)
    {
        int node = tree.Features.Count == 0 ? ~0 : 0;
        while (node >= 0)
        {
            node = input[tree.Features[node]] <= tree.Thresholds[node] ? tree.LeftChildren[node] : tree.RightChildren[node];
        }

        return tree.LeafValues[~node];
    }
}
