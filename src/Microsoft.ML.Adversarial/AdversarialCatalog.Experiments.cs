using Microsoft.ML.Adversarial.Evaluation.Experiments;
using Microsoft.ML.Data;

namespace Microsoft.ML;

public static partial class AdversarialCatalog
{
    /// <summary>
    /// An experiment that trains candidate pipelines, attacks each with one suite and ranks them, as AutoML's experiments do by accuracy alone.
    /// </summary>
    /// <param name="catalog">The catalog, <c>ml.MulticlassClassification</c>.</param>
    /// <param name="settings">The attacks, and how to search; all but the attacks have defaults.</param>
    public static RobustnessExperiment CreateRobustnessExperiment(this MulticlassClassificationCatalog catalog, RobustnessExperimentSettings settings)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(settings);
        return new(CatalogUtils.GetEnvironment(catalog), settings);
    }

    /// <summary>An experiment on binary classifiers, as for multiclass classification.</summary>
    /// <param name="catalog">The catalog, <c>ml.BinaryClassification</c>.</param>
    /// <param name="settings">The attacks, and how to search; all but the attacks have defaults.</param>
    public static RobustnessExperiment CreateRobustnessExperiment(this BinaryClassificationCatalog catalog, RobustnessExperimentSettings settings)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(settings);
        return new(CatalogUtils.GetEnvironment(catalog), settings);
    }
}
