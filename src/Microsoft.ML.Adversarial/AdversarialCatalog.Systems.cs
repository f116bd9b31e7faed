using Microsoft.ML.Adversarial.Attacks.Evasion;
using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.Evaluation.Systems;

namespace Microsoft.ML;

public static partial class AdversarialCatalog
{
    /// <summary>
    /// Attacks a network with its detectors as one system: by a suite, and by adaptive attacks (<see cref="DetectorEvasion"/>) made for every detector
    /// that has a gradient and for all of them at once. Measures how detectors order attacked rows, what their thresholds flag, and what counts in the
    /// end: the share of rows that are misclassified <i>and</i> not flagged. The detectors are those whose scores FisherTrace, FisherInformation and
    /// DetectorScore steps of the chain add; detectors that read a score column have no part in it.
    /// </summary>
    /// <param name="catalog">The catalog, <c>ml.MulticlassClassification</c>.</param>
    /// <param name="model">The fitted model: the whole chain.</param>
    /// <param name="data">Rows that neither trained nor calibrated anything, as the chain reads them, with their labels.</param>
    /// <param name="calibrationRows">
    /// Clean rows that trained nothing, as the chain reads them, on which the thresholds are calibrated; at least the number of detectors / the rate − 1.
    /// </param>
    /// <param name="suite">The attacks and the threat model, such as <c>AttackSuite.Quick(Norm.LInfinity, 0.1)</c>.</param>
    /// <param name="falsePositiveRate">The largest share of clean rows that the system may flag, between 0 and 1; the detectors share it evenly.</param>
    /// <param name="labelColumnName">The label; where the model reads it a key.</param>
    /// <param name="options">Seed, steps of adaptive attacks, cancellation; null for the defaults.</param>
    /// <exception cref="ArgumentException">
    /// Columns are missing, there are too few rows, the chain has no network or no detector, or the network stands behind input transformations.
    /// </exception>
    public static SystemMetrics EvaluateRobustDetection(
        this MulticlassClassificationCatalog catalog, ITransformer model, IDataView data, IDataView calibrationRows, AttackSuite suite,
        double falsePositiveRate = 0.01, string labelColumnName = "Label", SystemOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return Evaluate(model, data, calibrationRows, suite, falsePositiveRate, labelColumnName, options);
    }

    /// <summary>The same with detectors put on the network of the model, beside those that it has.</summary>
    /// <param name="catalog">The catalog, <c>ml.MulticlassClassification</c>.</param>
    /// <param name="model">The fitted model: the whole chain.</param>
    /// <param name="data">Rows that neither trained nor calibrated anything, as the chain reads them, with their labels.</param>
    /// <param name="calibrationRows">
    /// Clean rows that trained nothing, as the chain reads them, on which the thresholds are calibrated; at least the number of detectors / the rate − 1.
    /// </param>
    /// <param name="suite">The attacks and the threat model.</param>
    /// <param name="detectors">The detectors, one of a kind, such as <c>new Mahalanobis()</c>.</param>
    /// <param name="referenceRows">Clean rows with their labels that detectors learn from where they learn; rows of the training set will do.</param>
    /// <param name="falsePositiveRate">The largest share of clean rows that the system may flag, between 0 and 1; the detectors share it evenly.</param>
    /// <param name="labelColumnName">The label; where the model reads it a key.</param>
    /// <param name="options">Seed, steps of adaptive attacks, cancellation; null for the defaults.</param>
    /// <exception cref="ArgumentException">
    /// Columns are missing, there are too few rows, the chain has no network, or the network stands behind input transformations.
    /// </exception>
    public static SystemMetrics EvaluateRobustDetection(
        this MulticlassClassificationCatalog catalog, ITransformer model, IDataView data, IDataView calibrationRows, AttackSuite suite,
        IReadOnlyList<Detector> detectors, IDataView referenceRows, double falsePositiveRate = 0.01, string labelColumnName = "Label",
        SystemOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(detectors);
        ArgumentNullException.ThrowIfNull(referenceRows);
        return Evaluate(
            SystemOfModel.With(model, detectors, referenceRows, labelColumnName), data, calibrationRows, suite, falsePositiveRate, labelColumnName, options);
    }

    private static SystemMetrics Evaluate(
        ITransformer model, IDataView data, IDataView calibrationRows, AttackSuite suite, double falsePositiveRate, string labelColumnName,
        SystemOptions? options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(calibrationRows);
        ArgumentNullException.ThrowIfNull(suite);
        ArgumentException.ThrowIfNullOrEmpty(labelColumnName);
        ConformalCalibration.RequireRate(falsePositiveRate);
        options ??= new();
        var attacked = AttackedData.Of(model, data, labelColumnName);
        var system = SystemOfModel.Of(model, calibrationRows, falsePositiveRate);
        return SystemEvaluation.Run(system, attacked.Labels.Names, attacked.Batches(options.BatchSize), suite, options);
    }
}
