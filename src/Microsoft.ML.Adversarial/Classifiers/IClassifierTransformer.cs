using Microsoft.ML.Adversarial.Transforms;
using Microsoft.ML.Adversarial.Trees;

namespace Microsoft.ML.Adversarial.Classifiers;

/// <summary>A transformer that has a classifier, which attacks and detectors find in a chain.</summary>
internal interface IClassifierTransformer
{
    ColumnClassifier ColumnClassifier { get; }
}

/// <summary>Finds the classifier of a fitted model.</summary>
internal static class ClassifierOfModel
{
    /// <summary>The last classifier of a transformer or chain, or an error that says which step is missing.</summary>
    public static ColumnClassifier Find(ITransformer model, string step)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Steps(model).OfType<IClassifierTransformer>().LastOrDefault()?.ColumnClassifier ?? throw Missing(model, step);
    }

    /// <summary>The last trees of a transformer or chain.</summary>
    public static ColumnClassifier FindTrees(ITransformer model, InputBounds bounds)
    {
        ArgumentNullException.ThrowIfNull(model);
        return LastTrees(model, bounds) ?? throw new ArgumentException(
            $"Expected a model with a FastTree, FastForest or LightGBM step that classifies, got {model.GetType().Name} without one.", nameof(model));
    }

    /// <summary>
    /// The same with the input transformations that make the column it reads: those that it was trained behind, else those that stand before it
    /// in the chain. Trees where there is no network.
    /// </summary>
    public static ColumnClassifier FindWithTransformations(ITransformer model, string step)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (!Steps(model).OfType<IClassifierTransformer>().Any() && LastTrees(model, InputBounds.Unbounded) is { } trees)
        {
            return trees;
        }

        var classifier = Find(model, step);
        return classifier.Transformations.Count > 0
            ? classifier
            : classifier with { Transformations = Before(classifier, [.. Steps(model)], step) };
    }

    /// <summary>Whether there is a classifier with gradients in a transformer or chain.</summary>
    public static bool HasNetwork(ITransformer model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Steps(model).OfType<IClassifierTransformer>().Any();
    }

    /// <summary>
    /// What an attack attacks, the last network with the input transformations before it, and the steps before these, which make the column that it
    /// reads.
    /// </summary>
    public static (ColumnClassifier Classifier, IEnumerable<ITransformer> Steps) WithStepsBefore(ITransformer model, string step)
    {
        var classifier = FindWithTransformations(model, step);
        ITransformer[] steps = [.. Steps(model)];
        var network = Array.FindLastIndex(steps, one => one is IClassifierTransformer);
        int[] before = [.. steps.Take(network).Index().Where(one => one.Item is InputTransformationTransformer).Select(one => one.Index)];
        var count = classifier.Transformations.Count;
        return (classifier.WithTransformations(), steps.Take(count > 0 && before.Length >= count ? before[^count] : network));
    }

    private static ColumnClassifier? LastTrees(ITransformer model, InputBounds bounds) =>
        Steps(model).Reverse().Select(step => TreeModelReader.Read(step, bounds)).FirstOrDefault(trees => trees is not null);

    private static ColumnTransformation[] Before(ColumnClassifier classifier, ITransformer[] steps, string step)
    {
        var found = new Stack<ColumnTransformation>();
        var (column, stranger) = (classifier.FeatureColumnName, (ITransformer?)null);
        foreach (var earlier in steps.Take(Array.FindLastIndex(steps, one => one is IClassifierTransformer)).Reverse())
        {
            if (earlier is InputTransformationTransformer transformer && transformer.OutputColumnName == column)
            {
                if (stranger is not null)
                {
                    throw new ArgumentException(
                        $"{step}: expected input transformations right before what reads them, got a {stranger.GetType().Name} between "
                        + $"{transformer.Transformation.GetType().Name} and the network or transformation that reads '{column}', which may have "
                        + "changed that column. Put it before the transformation; put normalisation into the NetworkDefinition. To attack the "
                        + "network alone, pass its classifier and the column that it reads instead of the model.");
                }

                found.Push(transformer.Step);
                column = transformer.InputColumnName;
            }

            // Steps of this library add columns under names that they tell; of others that is not known.
            stranger ??= earlier is BatchedTransformer ? null : earlier;
        }

        return [.. found];
    }

    /// <summary>The steps of a chain, of chains in it too; of a transformer itself.</summary>
    public static IEnumerable<ITransformer> Steps(ITransformer model) =>
        model is IEnumerable<ITransformer> chain ? chain.SelectMany(Steps) : [model];

    private static ArgumentException Missing(ITransformer model, string step) => new(
        $"{step}: expected a model with a NeuralNetwork step, got {model.GetType().Name} without one. Train one into the chain, or pass a classifier.");
}
