using Microsoft.ML.Adversarial.Attacks.Constraints;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Classifiers.Pipelines;
using Microsoft.ML.Adversarial.Pipeline;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Evaluation.Robustness;

/// <summary>
/// What an evaluation attacks and the rows that it attacks: the column that a chain's network reads, with gradients; or, of a chain without a
/// network, all columns that its scores depend on, as a black box.
/// </summary>
internal sealed class AttackedData
{
    private readonly Func<int, IEnumerable<EvaluationBatch>> _batches;

    private AttackedData(IClassifier classifier, ClassLabels labels, InputConstraints constraints, Func<int, IEnumerable<EvaluationBatch>> batches) =>
        (Classifier, Labels, Constraints, _batches) = (classifier, labels, constraints, batches);

    public IClassifier Classifier { get; }

    public ClassLabels Labels { get; }

    /// <summary>What keeps adversarial rows rows of the schema.</summary>
    public InputConstraints Constraints { get; }

    public IEnumerable<EvaluationBatch> Batches(int batchSize) => _batches(batchSize);

    /// <summary>Attacks the rows with a suite.</summary>
    public RobustnessMetrics Evaluate(AttackSuite suite, RobustnessOptions options)
    {
        var constrained = Constraints.AreNone ? suite : suite with { Constraints = PipelineAttack.Join(suite.Constraints, Constraints) };
        return RobustnessEvaluation.Run(Classifier, Labels.Names, Batches(options.BatchSize), constrained, options);
    }

    /// <summary>The network of a chain, if there is one, else the whole chain.</summary>
    /// <exception cref="ArgumentException">Columns are missing, or there are no rows, or rows of one class only.</exception>
    public static AttackedData Of(ITransformer model, IDataView data, string labelColumnName)
    {
        if (!ClassifierOfModel.HasNetwork(model))
        {
            return Of(new PipelineClassifier(model, data, new()), data, labelColumnName);
        }

        var (classifier, steps) = ClassifierOfModel.WithStepsBefore(model, nameof(RobustnessEvaluation));
        return Of(classifier, steps.Aggregate(data, (view, step) => step.Transform(view)), labelColumnName);
    }

    /// <summary>A chain as a black box.</summary>
    public static AttackedData Of(PipelineClassifier classifier, IDataView data, string labelColumnName)
    {
        using (var labels = classifier.EncodeLabels(data, labelColumnName))
        {
            RequireClasses(classifier.Labels, labels.data<long>(), labelColumnName);
        }

        return new(classifier, classifier.Labels, classifier.Constraints, batchSize => Encoded(classifier, data, labelColumnName, batchSize));
    }

    /// <summary>A classifier of a feature column.</summary>
    public static AttackedData Of(ColumnClassifier classifier, IDataView view, string labelColumnName)
    {
        var features = RequiredColumn.Of(view.Schema, classifier.FeatureColumnName, nameof(RobustnessEvaluation));
        FeatureBuffer.CheckType(features, classifier.FeatureCount);
        var label = RequiredColumn.Of(view.Schema, labelColumnName, nameof(RobustnessEvaluation));
        classifier.Labels.RequireFit(label);
        RequireClasses(classifier.Labels, Classes(classifier.Labels, view, label), labelColumnName);
        return new(classifier.Classifier, classifier.Labels, InputConstraints.None, batchSize => Read(classifier, view, features, label, batchSize));
    }

    private static IEnumerable<long> Classes(ClassLabels labels, IDataView view, DataViewSchema.Column label)
    {
        using var cursor = view.GetRowCursor([label]);
        var read = labels.CreateReader(cursor, label);
        while (cursor.MoveNext())
        {
            yield return read() is var found and >= 0
                ? found
                : throw new InvalidOperationException(
                    $"Row {cursor.Position}, column '{label.Name}': expected a label, got a missing value. Drop such rows first.");
        }
    }

    // Before hours of work.
    private static void RequireClasses(ClassLabels labels, IEnumerable<long> classes, string labelColumnName)
    {
        long[] found = [.. classes.Distinct().Take(2)];
        if (found.Length < 2)
        {
            throw new ArgumentException(
                $"Column '{labelColumnName}': expected rows of at least two classes, got "
                + (found.Length == 0 ? "no rows." : $"rows of class {labels.Names[(int)found[0]]} only: accuracy of one class says little. Give rows of all classes."));
        }
    }

    private static IEnumerable<EvaluationBatch> Encoded(PipelineClassifier classifier, IDataView data, string labelColumnName, int batchSize)
    {
        using var inputs = classifier.Encode(data);
        using var labels = classifier.EncodeLabels(data, labelColumnName);
        foreach (var batch in EvaluationBatch.Of(inputs, labels, batchSize))
        {
            yield return batch;
        }
    }

    private static IEnumerable<EvaluationBatch> Read(
        ColumnClassifier classifier, IDataView view, DataViewSchema.Column features, DataViewSchema.Column label, int batchSize)
    {
        using var cursor = view.GetRowCursor([features, label]);
        var rows = new FeatureBuffer(cursor, features, classifier.FeatureCount, batchSize);
        var labels = new LabelBuffer(cursor, label, classifier.Labels, batchSize);
        var (first, count) = (0L, 0);
        while (cursor.MoveNext())
        {
            rows.Read(count, cursor.Position);
            labels.Read(count++, cursor.Position);
            if (count == batchSize)
            {
                foreach (var batch in Batch())
                {
                    yield return batch;
                }

                (first, count) = (first + count, 0);
            }
        }

        foreach (var batch in count > 0 ? Batch() : [])
        {
            yield return batch;
        }

        // Lives until the next one is asked for, as the buffer that it is copied from does not.
        IEnumerable<EvaluationBatch> Batch()
        {
            using var view = FeatureTensor.Of(rows, count, classifier.Classifier);
            using var inputs = view.clone();
            using var classes = tensor(labels.Classes(count));
            yield return new(first, inputs, classes);
        }
    }
}
