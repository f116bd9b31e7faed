using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Transforms;
using Microsoft.ML.Data;

namespace Microsoft.ML;

public static partial class AdversarialCatalog
{
    /// <summary>
    /// Attacks a fitted model on the feature column that its network reads, and adds the adversarial features, whether they succeed, the
    /// size of the perturbation and the class predicted for them. Labels are matched to the network's classes by key value.
    /// </summary>
    /// <remarks>
    /// Where input transformations (<c>ml.Transforms.BitDepthReduction</c> and the like) make that column, the attack goes through them: it works
    /// on the column before the first one, and budgets and bounds are those of that column. To see what an attack does that does not know of
    /// them, pass the network as a classifier.
    /// </remarks>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="model">A fitted model with a network; the last one in it is attacked. Earlier steps must have been applied to the data.</param>
    /// <param name="attack">The attack and its settings.</param>
    /// <param name="columns">The columns that are read and added; null for the defaults.</param>
    /// <exception cref="ArgumentException">The model holds no network, or the attack needs what the network has not.</exception>
    public static AdversarialAttackEstimator AdversarialAttack(
        this TransformsCatalog catalog, ITransformer model, Attack attack, AttackColumns? columns = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(attack);
        return new(ClassifierOfModel.FindWithTransformations(model, nameof(AdversarialAttack)), attack, columns ?? new(), Seed(catalog));
    }

    /// <summary>Attacks a classifier that is at hand. Labels are keys of as many values as it has classes, in the order of its classes.</summary>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="classifier">The classifier; the caller keeps owning it.</param>
    /// <param name="attack">The attack and its settings.</param>
    /// <param name="featureColumnName">The features that the classifier reads, a vector of Single.</param>
    /// <param name="columns">The columns that are read and added; null for the defaults.</param>
    /// <exception cref="ArgumentException">The attack needs what the classifier has not.</exception>
    public static AdversarialAttackEstimator AdversarialAttack(
        this TransformsCatalog catalog, IClassifier classifier, Attack attack, string featureColumnName, AttackColumns? columns = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(attack);
        return new(ColumnClassifier.WithPlainKeys(classifier, featureColumnName), attack, columns ?? new(), Seed(catalog));
    }

    private static long Seed(TransformsCatalog catalog) => CatalogUtils.GetEnvironment(catalog).Register(nameof(AdversarialAttack)).Rand.Next();
}
