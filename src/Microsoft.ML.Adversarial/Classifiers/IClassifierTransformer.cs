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
        return All(model).LastOrDefault()
            ?? throw new ArgumentException(
                $"{step}: expected a model with a NeuralNetwork step, got {model.GetType().Name} without one. Train one into the chain, or pass a classifier.");
    }

    private static IEnumerable<ColumnClassifier> All(ITransformer model) => model switch
    {
        IClassifierTransformer own => [own.ColumnClassifier],
        IEnumerable<ITransformer> chain => chain.SelectMany(All),
        _ => [],
    };
}
