using Microsoft.ML.Adversarial.Classifiers;

namespace Microsoft.ML.Adversarial.Evaluation.Robustness;

/// <summary>A suite on one classifier: the attacks that it allows, and what its classes are called.</summary>
internal sealed class SuiteRun
{
    /// <exception cref="ArgumentException">No attack of the suite can attack the classifier.</exception>
    public SuiteRun(IClassifier classifier, AttackSuite suite, IReadOnlyList<string>? classes)
    {
        Attacks = [.. suite.Attacks.Where(attack => attack.Attack.CanAttack(classifier))];
        AttacksLeftOut = [.. suite.Attacks.Except(Attacks).Select(attack => attack.Name)];
        Classes = classes ?? [.. Enumerable.Range(0, classifier.ClassCount).Select(index => $"{index}")];
        if (Attacks.Count == 0)
        {
            throw new ArgumentException(
                $"Suite '{suite.Name}': expected an attack that {classifier.GetType().Name} allows, got {string.Join(", ", AttacksLeftOut)}. "
                + $"Use {nameof(AttackSuite)}.{nameof(AttackSuite.BlackBox)}, or a classifier with gradients.",
                nameof(suite));
        }
    }

    /// <summary>The attacks, in the order in which they run.</summary>
    public IReadOnlyList<SuiteAttack> Attacks { get; }

    /// <summary>The names of those that need what the classifier has not.</summary>
    public IReadOnlyList<string> AttacksLeftOut { get; }

    /// <summary>The classes, in their order; their numbers where they have no names.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Throws where there is nothing to record.</summary>
    /// <param name="rowCount">The rows that were read.</param>
    /// <param name="recorded">The rows of finished batches.</param>
    /// <param name="isComplete">Whether the evaluation ran to its end.</param>
    /// <param name="cancellation">What ended it if it did not.</param>
    public static void RequireRows(long rowCount, int recorded, bool isComplete, CancellationToken cancellation)
    {
        if (recorded == 0 && !isComplete)
        {
            throw new OperationCanceledException("Cancelled before a batch was finished.", cancellation);
        }

        if (rowCount == 0)
        {
            throw new ArgumentException("Expected at least one row, got none.", "batches");
        }
    }
}
