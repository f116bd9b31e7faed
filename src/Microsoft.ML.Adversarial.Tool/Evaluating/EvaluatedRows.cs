using Microsoft.ML.Adversarial.Evaluation.Robustness;

namespace Microsoft.ML.Adversarial.Tool.Evaluating;

/// <summary>Tells how many rows all attacks are done with, at once: the evaluation goes on only after.</summary>
internal sealed class EvaluatedRows(Action<int> report) : IProgress<EvaluationProgress>
{
    public void Report(EvaluationProgress value) => report((int)value.RowsDone);
}

internal static class ShardRows
{
    /// <summary>How many rows belong to a part, whose batches are whole ones but for the last.</summary>
    public static int RowsOf(this EvaluationShard shard, int rows, int batchSize)
    {
        var batches = Enumerable.Range(0, (rows + batchSize - 1) / batchSize).Where(batch => batch % shard.Count == shard.Index);
        return batches.Sum(batch => Math.Min(batchSize, rows - (batch * batchSize)));
    }
}
