using Microsoft.ML.Adversarial.Classifiers.Pipelines;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.Norms;

namespace Microsoft.ML;

public static partial class AdversarialCatalog
{
    /// <summary>
    /// Attacks a fitted model with a suite and measures what is left of its accuracy: per attack, per class, over budgets, with confidence
    /// intervals, and with the diagnostics that say whether the numbers can be believed. A chain with a network is attacked on the column that the
    /// network reads, before input transformations if there are any, with gradients; any other chain as a black box on all numbers that its scores
    /// depend on.
    /// </summary>
    /// <param name="catalog">The catalog, <c>ml.MulticlassClassification</c>.</param>
    /// <param name="model">The fitted model: the whole chain.</param>
    /// <param name="data">Rows that did not train it, as the chain reads them, with their labels.</param>
    /// <param name="suite">The attacks, such as <c>AttackSuite.Standard(Norm.LInfinity, 0.3)</c>.</param>
    /// <param name="labelColumnName">The label; where the model reads it a key, or a Boolean for a binary model.</param>
    /// <param name="options">Seed, batches, diagnostics, part of the data, progress, cancellation; null for the defaults.</param>
    /// <exception cref="ArgumentException">
    /// Columns are missing, there are no rows or rows of one class only, or no attack of the suite can attack the model.
    /// </exception>
    public static RobustnessMetrics EvaluateRobustness(
        this MulticlassClassificationCatalog catalog, ITransformer model, IDataView data, AttackSuite suite, string labelColumnName = "Label",
        RobustnessOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return Evaluate(model, data, _ => suite ?? throw new ArgumentNullException(nameof(suite)), labelColumnName, options);
    }

    /// <summary>
    /// Attacks a fitted model with the suite that it allows, <see cref="AttackSuite.For"/>: AutoAttack on a network, black-box attacks on anything else.
    /// </summary>
    /// <param name="catalog">The catalog, <c>ml.MulticlassClassification</c>.</param>
    /// <param name="model">The fitted model: the whole chain.</param>
    /// <param name="data">Rows that did not train it, as the chain reads them, with their labels.</param>
    /// <param name="norm">How the size of a perturbation is measured.</param>
    /// <param name="epsilon">The budget, above 0 and finite, in the units of the features.</param>
    /// <param name="labelColumnName">The label; where the model reads it a key, or a Boolean for a binary model.</param>
    /// <param name="options">Seed, batches, diagnostics, part of the data, progress, cancellation; null for the defaults.</param>
    /// <exception cref="ArgumentException">Columns are missing, or there are no rows or rows of one class only.</exception>
    public static RobustnessMetrics EvaluateRobustness(
        this MulticlassClassificationCatalog catalog, ITransformer model, IDataView data, Norm norm, double epsilon, string labelColumnName = "Label",
        RobustnessOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return Evaluate(model, data, attacked => AttackSuite.For(attacked.Classifier, norm, epsilon), labelColumnName, options);
    }

    /// <summary>Attacks a fitted binary model with a suite, as for multiclass classification.</summary>
    /// <param name="catalog">The catalog, <c>ml.BinaryClassification</c>.</param>
    /// <param name="model">The fitted model: the whole chain.</param>
    /// <param name="data">Rows that did not train it, as the chain reads them, with their labels.</param>
    /// <param name="suite">The attacks.</param>
    /// <param name="labelColumnName">The label, a Boolean.</param>
    /// <param name="options">Seed, batches, diagnostics, part of the data, progress, cancellation; null for the defaults.</param>
    /// <exception cref="ArgumentException">
    /// Columns are missing, there are no rows or rows of one class only, or no attack of the suite can attack the model.
    /// </exception>
    public static RobustnessMetrics EvaluateRobustness(
        this BinaryClassificationCatalog catalog, ITransformer model, IDataView data, AttackSuite suite, string labelColumnName = "Label",
        RobustnessOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return Evaluate(model, data, _ => suite ?? throw new ArgumentNullException(nameof(suite)), labelColumnName, options);
    }

    /// <summary>
    /// Attacks a chain as a black box on the columns that its classifier was made to change, though the chain may hold a network.
    /// </summary>
    /// <param name="catalog">The catalog, <c>ml.MulticlassClassification</c>.</param>
    /// <param name="classifier">The chain, by <c>ml.Model.CreatePipelineClassifier</c>.</param>
    /// <param name="data">Rows that did not train it, as the chain reads them, with their labels.</param>
    /// <param name="suite">The attacks.</param>
    /// <param name="labelColumnName">The label; after the chain a key, or a Boolean for a binary model.</param>
    /// <param name="options">Seed, batches, diagnostics, part of the data, progress, cancellation; null for the defaults.</param>
    /// <exception cref="ArgumentException">
    /// Columns are missing, there are no rows or rows of one class only, or no attack of the suite can attack the model.
    /// </exception>
    public static RobustnessMetrics EvaluateRobustness(
        this MulticlassClassificationCatalog catalog, PipelineClassifier classifier, IDataView data, AttackSuite suite, string labelColumnName = "Label",
        RobustnessOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(suite);
        return AttackedData.Of(classifier, data, labelColumnName).Evaluate(suite, options ?? new());
    }

    /// <summary>The rows of an evaluation as a view: a row for each attack and row of the data, with what the attack did.</summary>
    /// <param name="catalog">The catalog, <c>ml.Data</c>.</param>
    /// <param name="metrics">The evaluation.</param>
    public static IDataView LoadFromRobustness(this DataOperationsCatalog catalog, RobustnessMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(metrics);
        return catalog.LoadFromEnumerable(RobustnessRow.Of(metrics));
    }

    private static RobustnessMetrics Evaluate(
        ITransformer model, IDataView data, Func<AttackedData, AttackSuite> suiteFor, string labelColumnName, RobustnessOptions? options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentException.ThrowIfNullOrEmpty(labelColumnName);
        var attacked = AttackedData.Of(model, data, labelColumnName);
        return attacked.Evaluate(suiteFor(attacked), options ?? new());
    }
}
