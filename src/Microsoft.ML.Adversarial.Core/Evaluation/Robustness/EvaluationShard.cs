namespace Microsoft.ML.Adversarial.Evaluation.Robustness;

/// <summary>
/// One part of the data: the batches whose number, divided by <see cref="Count"/>, leaves <see cref="Index"/>. Whole batches, and random draws that
/// belong to the row, make all parts together what one evaluation of everything gives, bit for bit.
/// </summary>
public readonly record struct EvaluationShard
{
    /// <summary>One of several parts.</summary>
    /// <param name="index">From 0.</param>
    /// <param name="count">At least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such part.</exception>
    public EvaluationShard(int index, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (index < 0 || index >= count)
        {
            throw new ArgumentOutOfRangeException(nameof(index), index, $"Expected a part from 0 to {count - 1} of {count}.");
        }

        (Index, Count) = (index, count);
    }

    /// <summary>All of the data.</summary>
    public static EvaluationShard Whole { get; } = new(0, 1);

    /// <summary>Which part, from 0.</summary>
    public int Index { get; }

    /// <summary>How many parts there are.</summary>
    public int Count { get; }

    internal bool Has(long batch) => batch % Count == Index;
}
