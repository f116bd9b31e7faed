using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.Constraints;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Classifiers.Pipelines;

/// <summary>Attacks on the rows of a view, through a whole chain.</summary>
public static class PipelineAttack
{
    private const int BatchRows = 256;

    /// <summary>
    /// Attacks rows in batches of 256. Adversarial rows are rows of the schema: the classifier's constraints hold besides the attack's own.
    /// Random draws belong to the seed and the number of the row.
    /// </summary>
    /// <param name="classifier">The chain.</param>
    /// <param name="rows">Rows with the columns that the chain reads and the label. They are read several times.</param>
    /// <param name="attack">An attack that needs scores or decisions only.</param>
    /// <param name="labelColumnName">The label; after the chain a key, or a Boolean for a binary model.</param>
    /// <param name="seed">Seed of the attack's random draws. Default 0.</param>
    /// <param name="cancellation">Ends the attack; what was found by then is returned.</param>
    /// <exception cref="ArgumentException">The attack needs gradients, which chains have not; or columns are not as the chain reads them.</exception>
    /// <exception cref="AdversarialInputException">A row is NaN or out of bounds; names it, counted within the view.</exception>
    public static PipelineAttackResult Attack(
        this PipelineClassifier classifier, IDataView rows, Attack attack, string labelColumnName = "Label", long seed = 0,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(attack);
        if (!attack.CanAttack(classifier))
        {
            throw new ArgumentException(
                $"Expected an attack that needs scores or decisions only, such as SquareAttack, got {attack.GetType().Name}, which needs what a chain has not, such as gradients.", nameof(attack));
        }

        attack = attack with { Constraints = Join(attack.Constraints, classifier.Constraints) };
        using var scope = NewDisposeScope();
        var (inputs, labels) = (classifier.Encode(rows), classifier.EncodeLabels(rows, labelColumnName));
        var before = classifier.QueryCount;
        var adversarial = inputs.clone();
        var (succeeded, wrongBefore, sizes) = (new List<bool>(), new List<bool>(), new List<double>());
        for (var start = 0L; start < inputs.shape[0]; start += BatchRows)
        {
            var count = Math.Min(BatchRows, inputs.shape[0] - start);
            using var batchScope = NewDisposeScope();
            var run = new AttackRun { Seed = seed, RowKeys = [.. Enumerable.Range(0, (int)count).Select(row => start + row)], Cancellation = cancellation };
            using var result = Run(classifier, attack, inputs.narrow(0, start, count), labels.narrow(0, start, count), run, start);
            adversarial.narrow(0, start, count).copy_(result.Inputs);
            succeeded.AddRange(result.Succeeded.data<bool>());
            wrongBefore.AddRange(result.SucceededBefore.data<bool>());
            sizes.AddRange(result.Size.to(ScalarType.Float64).data<double>());
        }

        return new(
            classifier.Decode(adversarial, rows), succeeded, wrongBefore, sizes, classifier.QueryCount - before, cancellation.IsCancellationRequested);
    }

    private static AttackResult Run(PipelineClassifier classifier, Attack attack, Tensor inputs, Tensor labels, AttackRun run, long start)
    {
        try
        {
            return attack.Run(classifier, inputs, Goal.Misclassify(labels), run);
        }
        catch (AdversarialInputException error) when (start > 0 || error.Feature is not null)
        {
            var feature = error.Feature is { } place ? $" ({classifier.Features[place].Name})" : "";
            throw new AdversarialInputException(start + error.Row, error.Feature, $"{error.Problem}{feature}");
        }
    }

    /// <summary>What a threat model asks for and what the schema does, together.</summary>
    internal static InputConstraints Join(InputConstraints own, InputConstraints schema) => own with
    {
        EightBitFeatures = [.. own.EightBitFeatures.Union(schema.EightBitFeatures)],
        Frozen = [.. own.Frozen.Union(schema.Frozen)],
        Integer = [.. own.Integer.Union(schema.Integer)],
        OneHot = [.. own.OneHot.Union(schema.OneHot)],
    };
}
