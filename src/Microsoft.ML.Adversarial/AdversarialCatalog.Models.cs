using Microsoft.ML.Adversarial.Classifiers.Pipelines;

namespace Microsoft.ML;

public static partial class AdversarialCatalog
{
    /// <summary>
    /// Any fitted chain, or a loaded model.zip, as a classifier that black-box attacks can query: trees, linear models, ONNX and networks alike.
    /// </summary>
    /// <param name="catalog">The catalog, <c>ml.Model</c>.</param>
    /// <param name="model">The whole chain, from the columns that an attacker may change to the scores. The caller keeps owning it.
    /// Of one that loads images from files, the steps after that are attacked, on the images.</param>
    /// <param name="data">Rows that the chain can read: they tell the schema, the range of each feature and the values of categories.</param>
    /// <param name="options">What an attack may change, and where the outputs are; null for the defaults.</param>
    /// <exception cref="ArgumentException">
    /// The chain has no scores, drops rows, or depends on columns that cannot be made; the options name columns that are not there.
    /// </exception>
    public static PipelineClassifier CreatePipelineClassifier(
        this ModelOperationsCatalog catalog, ITransformer model, IDataView data, PipelineClassifierOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        return new(model, data, options ?? new());
    }
}
