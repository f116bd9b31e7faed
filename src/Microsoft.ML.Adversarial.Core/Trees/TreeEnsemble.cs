namespace Microsoft.ML.Adversarial.Trees;

/// <summary>
/// Trees that vote for classes: the logit of a class is the sum of what its trees say of an input, plus the class's bias. Sums are taken in
/// Float64, in the order of the trees and the bias last, and rounded to Single once.
/// </summary>
public sealed class TreeEnsemble
{
    /// <summary>An ensemble of so many trees per class.</summary>
    /// <param name="featureCount">Features of one input, at least 1.</param>
    /// <param name="trees">The trees of each class; at least two classes, of which some may have no trees.</param>
    /// <param name="biases">One finite number per class; null for 0.</param>
    /// <exception cref="ArgumentException">Counts do not fit, or a tree looks at a feature that there is not.</exception>
    public TreeEnsemble(int featureCount, IReadOnlyList<IReadOnlyList<DecisionTree>> trees, IReadOnlyList<double>? biases = null)
    {
        ArgumentNullException.ThrowIfNull(trees);
        ArgumentOutOfRangeException.ThrowIfLessThan(featureCount, 1);
        biases ??= new double[trees.Count];
        if (trees.Count < 2 || biases.Count != trees.Count || !biases.All(double.IsFinite))
        {
            throw new ArgumentException($"Expected at least 2 classes and a finite bias for each, got {trees.Count} and {biases.Count}.", nameof(trees));
        }

        if (trees.SelectMany(of => of).SelectMany(tree => tree.Features).DefaultIfEmpty(0).Max() is var last && last >= featureCount)
        {
            throw new ArgumentException($"Expected splits on features from 0 to {featureCount - 1}, got one on feature {last}.", nameof(trees));
        }

        FeatureCount = featureCount;
        Trees = [.. trees.Select(of => of.ToArray())];
        Biases = [.. biases];
        Nodes = new(this);
    }

    /// <summary>Features of one input.</summary>
    public int FeatureCount { get; }

    /// <summary>Number of classes.</summary>
    public int ClassCount => Trees.Count;

    /// <summary>The trees of each class.</summary>
    public IReadOnlyList<IReadOnlyList<DecisionTree>> Trees { get; }

    /// <summary>The bias of each class.</summary>
    public IReadOnlyList<double> Biases { get; }

    internal TreeNodes Nodes { get; }

    /// <summary>Two classes by one sum: its logits are 0 for class 0 and the sum for class 1.</summary>
    /// <param name="featureCount">Features of one input, at least 1.</param>
    /// <param name="trees">What speaks for class 1 where positive.</param>
    /// <param name="bias">Added to the sum: minus the threshold above which class 1 is predicted. Default 0.</param>
    public static TreeEnsemble Binary(int featureCount, IReadOnlyList<DecisionTree> trees, double bias = 0) => new(featureCount, [[], trees], [0, bias]);
}
