using Microsoft.ML.Adversarial.Classifiers;

namespace Microsoft.ML.Adversarial.Tool.Classifiers;

/// <summary>A fitted ML.NET model from a file, and the network in it.</summary>
/// <param name="Path">The file.</param>
/// <param name="Context">The context that loaded it.</param>
/// <param name="Transformer">The whole model.</param>
/// <param name="InputSchema">The columns that it was fitted on, if the file says so.</param>
/// <param name="Network">Its last network.</param>
internal sealed record LoadedModel(
    string Path, MLContext Context, ITransformer Transformer, DataViewSchema? InputSchema, ColumnClassifier Network)
{
    public static LoadedModel Load(string path)
    {
        var context = new MLContext(seed: 0);
        var (transformer, schema) = Read(context, path);
        try
        {
            return new(path, context, transformer, schema, ClassifierOfModel.Find(transformer, $"'{path}'"));
        }
        catch (ArgumentException exception)
        {
            throw new InvalidDataException(
                $"'{path}': expected a model with a NeuralNetwork step, got one without. Train one into the chain.", exception);
        }
    }

    /// <summary>Throws if earlier steps make the column that the network reads: images from files would then be in other units.</summary>
    public void RequireNetworkReadsInput()
    {
        var column = Network.FeatureColumnName;
        if (InputSchema is null)
        {
            return;
        }

        var producers = Transformer.GetOutputSchema(InputSchema).Count(output => output.Name == column);
        if (InputSchema.GetColumnOrNull(column) is null || producers > 1)
        {
            throw new InvalidDataException(
                $"'{Path}': expected a model whose network reads the images themselves, got one whose column '{column}' an earlier step "
                + "computes. Put normalisation into the NetworkDefinition instead, or attack that column in code with AdversarialAttack.");
        }
    }

    // ML.NET answers damaged files with exceptions of many kinds, some of them without a path.
    public static (ITransformer Transformer, DataViewSchema? Schema) Read(MLContext context, string path)
    {
        try
        {
            return (context.Model.Load(path, out var schema), schema);
        }
        catch (Exception exception) when (exception is not UnauthorizedAccessException)
        {
            throw new InvalidDataException(
                $"'{path}': expected a model that ML.NET saved, got a file that does not load ({ErrorLine.Of(exception)}). Save it anew.",
                exception);
        }
    }
}
