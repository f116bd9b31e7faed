using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>Rows in batches of bounded size, each in a dispose scope of its own.</summary>
internal static class RowBatches
{
    /// <summary>What detectors hold at once, however many rows they are given.</summary>
    public const long Rows = 512;

    /// <summary>Calls back for each batch, in order, with its first row's number.</summary>
    public static void ForEach(Tensor inputs, Action<long, Tensor> work)
    {
        for (var start = 0L; start < inputs.shape[0]; start += Rows)
        {
            using var scope = NewDisposeScope();
            work(start, inputs.narrow(0, start, Math.Min(Rows, inputs.shape[0] - start)));
        }
    }

    /// <summary>Concatenates what is computed of each batch.</summary>
    public static Tensor Map(Tensor inputs, Func<Tensor, Tensor> compute)
    {
        var parts = new List<Tensor>();
        ForEach(inputs, (_, rows) => parts.Add(compute(rows).MoveToOuterDisposeScope()));
        return parts.Count == 1 ? parts[0] : cat(parts, 0);
    }
}
