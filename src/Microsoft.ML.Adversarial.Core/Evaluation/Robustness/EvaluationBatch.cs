using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Evaluation.Robustness;

/// <summary>Rows that are evaluated together. The caller owns the tensors, which need to live until the next batch is asked for.</summary>
/// <param name="FirstRow">The number of the first row within the data.</param>
/// <param name="Inputs">Shape [N, …], in the classifier's type and on its device.</param>
/// <param name="Labels">True classes from 0, shape [N], Int64.</param>
public sealed record EvaluationBatch(long FirstRow, Tensor Inputs, Tensor Labels)
{
    internal int Count => checked((int)Inputs.size(0));

    /// <summary>Deals rows out in batches.</summary>
    /// <param name="inputs">Shape [N, …].</param>
    /// <param name="labels">Shape [N], Int64.</param>
    /// <param name="batchSize">Rows per batch, at least 1.</param>
    public static IEnumerable<EvaluationBatch> Of(Tensor inputs, Tensor labels, int batchSize)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        return Deal(inputs, labels, batchSize);
    }

    private static IEnumerable<EvaluationBatch> Deal(Tensor inputs, Tensor labels, int batchSize)
    {
        for (var first = 0L; first < inputs.size(0); first += batchSize)
        {
            var count = Math.Min(batchSize, inputs.size(0) - first);
            using var rows = inputs.narrow(0, first, count);
            using var classes = labels.narrow(0, first, count);
            yield return new(first, rows, classes);
        }
    }
}
