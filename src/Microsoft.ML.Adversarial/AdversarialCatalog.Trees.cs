using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Trees;

namespace Microsoft.ML;

public static partial class AdversarialCatalog
{
    /// <summary>
    /// Reads the trees of a fitted FastTree, FastForest or LightGBM step, multiclass (one-versus-all included) or binary, as a classifier that
    /// attacks can look into. Logits are the sums of the trees; where each class has a Platt calibrator of its own, what it makes of the sum.
    /// </summary>
    /// <param name="catalog">The catalog, <c>ml.Model</c>.</param>
    /// <param name="model">A fitted model, or one that was loaded; the last step with trees is read.</param>
    /// <param name="bounds">The values that features may take; null for any.</param>
    /// <exception cref="ArgumentException">The model holds no trees.</exception>
    /// <exception cref="NotSupportedException">
    /// A split is categorical, a calibrator is no Platt calibrator, or a binary model compares something else than its score with a threshold.
    /// </exception>
    public static FittedTrees TreesOf(this ModelOperationsCatalog catalog, ITransformer model, InputBounds? bounds = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        var (classifier, features, labels) = ClassifierOfModel.FindTrees(model, bounds ?? InputBounds.Unbounded);
        return new((TreeClassifier)classifier, features, labels.Names);
    }
}
